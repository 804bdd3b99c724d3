import fc from "fast-check";
import { expect, test } from "vitest";
import { Call, CallQueue } from "../../../src/isolator/index.js";
import { PoolQueue } from "../../../src/pool/queue/index.js";
import { PromisedAnswer } from "../../../src/session/index.js";

class Place {
  isOpen = true;
  readonly running: Call[] = [];
}

type Step =
  | { readonly kind: "push"; readonly key: string | undefined; readonly caller: string | undefined }
  | { readonly kind: "take" | "end" | "die" | "close" | "cancel"; readonly place: number };

const owner = { settled: (): void => {}, ended: (): void => {} };
const options = { signal: undefined, timeoutMs: undefined, idempotent: false, trace: undefined };

function step(): fc.Arbitrary<Step> {
  const names = fc.option(fc.constantFrom("a", "b", "c"), { nil: undefined });
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("push" as const), key: names, caller: names }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constantFrom("take", "take", "take", "end", "end", "cancel", "die", "close"),
        place: fc.nat(2),
      }),
    },
  ) as fc.Arbitrary<Step>;
}

/** What a run is: the queue, the processes, and what the model knows of the calls. */
class Run {
  readonly queue = new PoolQueue<Place>();
  readonly places = [new Place(), new Place(), new Place()];
  readonly waiting: Call[] = [];
  time = 0;

  do(one: Step): void {
    if (one.kind === "push") this.#push(one.key, one.caller);
    else if (one.kind === "cancel") this.#cancel(one.place);
    else this.#at(one.kind, one.place);
    this.#check();
  }

  #push(key: string | undefined, caller: string | undefined): void {
    const call = new Call(
      { kind: "module", module: "m", method: "f" },
      [],
      options,
      owner,
      undefined,
      new PromisedAnswer(),
    );
    this.time += 1;
    call.since = this.time;
    call.caller = caller;
    call.lane = key === undefined ? undefined : this.queue.laneOf(key);
    this.queue.push(call);
    this.waiting.push(call);
  }

  #cancel(which: number): void {
    const call = this.waiting[which];
    if (call === undefined) return;
    this.queue.delete(call);
    this.waiting.splice(which, 1);
  }

  #at(kind: "take" | "end" | "die" | "close", index: number): void {
    const place = this.places[index] as Place;
    if (kind === "take") this.#take(place);
    else if (kind === "end") this.#end(place, place.running.shift());
    else {
      place.isOpen = false;
      this.queue.close(place);
      if (kind === "die") this.#die(place);
      this.places[index] = new Place();
    }
  }

  #take(place: Place): void {
    const call = this.queue.take(place);
    if (call === undefined) {
      // Work is never left lying: what waits has to wait for another process.
      const mayGo = this.waiting.filter(({ lane }) => lane === undefined);
      expect(mayGo).toEqual([]);
      return;
    }
    const { lane, caller } = call;
    const before = this.waiting.slice(0, this.waiting.indexOf(call));
    // In order within a key, whoever calls, and within a caller, what has no key.
    if (lane !== undefined) expect(before.some((other) => other.lane === lane)).toBe(false);
    else expect(before.some((other) => other.lane === undefined && other.caller === caller)).toBe(false);
    // A key runs in one process at a time.
    const others = this.places.filter((other) => other !== place).flatMap(({ running }) => running);
    if (lane !== undefined) expect(others.some((other) => other.lane === lane)).toBe(false);
    this.waiting.splice(this.waiting.indexOf(call), 1);
    place.running.push(call);
  }

  #end(_: Place, call: Call | undefined): void {
    if (call?.lane !== undefined) this.queue.ended(call.lane as never);
  }

  /** Its calls run again: before those that came later. */
  #die(place: Place): void {
    const again = place.running.splice(0);
    for (const call of again) this.#end(place, call);
    this.queue.pushAgain(again);
    this.waiting.push(...again);
    this.waiting.sort((one, other) => one.since - other.since);
  }

  #check(): void {
    expect(this.queue.size).toBe(this.waiting.length);
  }
}

test("in order within a key and a caller, a key in one process at a time, and no call is lost or left lying", () => {
  fc.assert(
    fc.property(fc.array(step(), { maxLength: 80 }), (steps) => {
      const run = new Run();
      for (const one of steps) run.do(one);
      const left = run.queue.takeAll();
      expect(new Set(left)).toEqual(new Set(run.waiting));
      expect(left.length).toBe(run.waiting.length);
      expect(run.queue.size).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test("a call that has waited before goes before those that have waited less long", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 30 }), (times) => {
      const queue = new CallQueue();
      for (const time of times) {
        const call = new Call(
          { kind: "module", module: "m", method: "f" },
          [],
          options,
          owner,
          undefined,
          new PromisedAnswer(),
        );
        call.since = time;
        queue.insert(call);
      }
      expect(queue.size).toBe(times.length);
      expect(queue.takeAll().map(({ since }) => since)).toEqual(times.toSorted((a, b) => a - b));
    }),
  );
});
