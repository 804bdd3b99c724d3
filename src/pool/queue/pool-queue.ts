import type { Call } from "../../isolator/index.js";
import { FairQueue } from "./fair-queue.js";
import { Lane } from "./lane.js";

/** How many keys are remembered. With more, one that is in no use is forgotten, the one that was used least recently first. */
const MAX_LANES = 100_000;

/** A process, as far as the queue is concerned. */
export interface QueuePlace {
  /** Whether it takes calls. */
  readonly isOpen: boolean;
}

/** All calls of a pool that wait, and which process those of a key have to run in. */
export class PoolQueue<Place extends QueuePlace> {
  /** Calls without a key, and of each key the next one. */
  readonly #next = new FairQueue<Place>();
  readonly #lanes = new Map<string, Lane<Place>>();
  /** Those that wait behind another of their key. */
  #behind = 0;

  get size(): number {
    return this.#next.size + this.#behind;
  }

  /** How many wait that any process may take. */
  get freeSize(): number {
    return this.#next.freeSize;
  }

  /** As `FairQueue.oldestFree`. */
  get oldestFree(): number | undefined {
    return this.#next.oldestFree;
  }

  /** The lane of a key. */
  laneOf(key: string): Lane<Place> {
    const known = this.#lanes.get(key);
    const lane = known ?? new Lane<Place>(key);
    if (known !== undefined) this.#lanes.delete(key);
    else if (this.#lanes.size >= MAX_LANES) this.#forgetOne();
    this.#lanes.set(key, lane);
    return lane;
  }

  /** The process that the calls of a lane have to run in; `undefined` for any. */
  placeOf(lane: Lane<Place>): Place | undefined {
    // One that goes keeps those of a key until the last of them has ended there.
    if (lane.place !== undefined && !lane.place.isOpen && lane.running === 0) lane.place = undefined;
    return lane.place;
  }

  /** Lets a call wait, behind those of its key. */
  push(call: Call): void {
    const lane = laneOfCall<Place>(call);
    if (lane === undefined) this.#next.push(call, undefined);
    else if (lane.head === undefined) {
      lane.head = call;
      this.#next.push(call, this.placeOf(lane));
    } else {
      lane.behind.push(call);
      call.place = lane;
      this.#behind += 1;
    }
  }

  /** Lets calls wait that have begun elsewhere, in vain: before those that came later. */
  pushAgain(calls: readonly Call[]): void {
    const lanes = new Map<Lane<Place>, Call[]>();
    for (const call of calls) {
      const lane = laneOfCall<Place>(call);
      if (lane === undefined) this.#next.insert(call, undefined);
      else lanes.set(lane, [...(lanes.get(lane) ?? []), call]);
    }
    for (const [lane, again] of lanes) this.#pushFront(lane, again);
  }

  /** The next call that this process may take. It has begun there from now on. */
  take(place: Place): Call | undefined {
    const call = this.#next.take(place);
    const lane = call === undefined ? undefined : laneOfCall<Place>(call);
    if (lane !== undefined) {
      lane.head = undefined;
      this.began(lane, place);
    }
    return call;
  }

  /** A call of the lane runs in this process. */
  began(lane: Lane<Place>, place: Place): void {
    lane.place = place;
    lane.running += 1;
    this.#advance(lane);
  }

  /** A call of the lane runs no more. */
  ended(lane: Lane<Place>): void {
    lane.running -= 1;
    if (lane.running === 0 && lane.place?.isOpen === false) this.#rebind(lane);
  }

  /** Takes a call out that waits. */
  delete(call: Call): void {
    const lane = laneOfCall<Place>(call);
    if (lane === undefined) this.#next.delete(call);
    else if (lane.head === call) {
      this.#next.delete(call);
      lane.head = undefined;
      this.#advance(lane);
    } else {
      lane.behind.delete(call);
      call.place = undefined;
      this.#behind -= 1;
    }
  }

  /** The process takes no more calls. Those of keys of which none runs there may go to others. */
  close(place: Place): void {
    for (const call of this.#next.takeBound(place)) {
      const lane = laneOfCall<Place>(call) as Lane<Place>;
      this.#next.insert(call, this.placeOf(lane));
    }
  }

  /** Takes out what these callers have asked for. */
  takeOf(callers: ReadonlySet<string>): Call[] {
    const all = this.takeAll();
    const isTheirs = ({ caller }: Call): boolean => caller !== undefined && callers.has(caller);
    for (const call of all) if (!isTheirs(call)) this.push(call);
    return all.filter(isTheirs);
  }

  /** Takes out all that wait. */
  takeAll(): Call[] {
    const taken: Call[] = [];
    for (const call of this.#next.takeAll()) {
      taken.push(call);
      const lane = laneOfCall<Place>(call);
      if (lane === undefined) continue;
      lane.head = undefined;
      const behind = lane.behind.takeAll();
      for (const each of behind) each.place = undefined;
      this.#behind -= behind.length;
      taken.push(...behind);
    }
    return taken;
  }

  #advance(lane: Lane<Place>): void {
    const call = lane.behind.shift();
    if (call === undefined) return;
    this.#behind -= 1;
    lane.head = call;
    this.#next.insert(call, this.placeOf(lane));
  }

  #rebind(lane: Lane<Place>): void {
    const { head } = lane;
    lane.place = undefined;
    if (head === undefined) return;
    this.#next.delete(head);
    this.#next.insert(head, undefined);
  }

  #pushFront(lane: Lane<Place>, again: readonly Call[]): void {
    const waiting = lane.head === undefined ? [] : [lane.head, ...lane.behind.takeAll()];
    if (lane.head !== undefined) this.#next.delete(lane.head);
    this.#behind -= Math.max(0, waiting.length - 1);
    const [first, ...others] = [...again, ...waiting] as [Call, ...Call[]];
    lane.head = first;
    this.#next.insert(first, this.placeOf(lane));
    for (const call of others) {
      lane.behind.push(call);
      call.place = lane;
    }
    this.#behind += others.length;
  }

  #forgetOne(): void {
    for (const [key, lane] of this.#lanes) {
      if (!lane.isIdle) continue;
      this.#lanes.delete(key);
      return;
    }
  }
}

function laneOfCall<Place>(call: Call): Lane<Place> | undefined {
  return call.lane as Lane<Place> | undefined;
}
