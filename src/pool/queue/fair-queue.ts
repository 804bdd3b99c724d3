import { type Call, CallQueue } from "../../isolator/index.js";

/** What of one caller waits. */
interface CallerQueue<Place> {
  readonly caller: string | undefined;
  /** What any process may take. */
  readonly free: CallQueue;
  /** What only one process may take. */
  readonly bound: Map<Place, CallQueue>;
  size: number;
}

/**
 * Calls that wait, taken from one caller after the other: one that floods makes nobody wait but itself. Those of one caller
 * are taken in the order in which they came.
 */
export class FairQueue<Place extends object> {
  /** In the order in which they get their turns. */
  readonly #callers = new Map<string | undefined, CallerQueue<Place>>();
  #size = 0;

  constructor() {
    // Nearly all calls are those of the host itself: its queue is there always.
    this.#queueOf(undefined);
  }

  get size(): number {
    return this.#size;
  }

  /** Since when the call has waited that any process may take, and that has waited longest; `undefined` where there is none. */
  get oldestFree(): number | undefined {
    let oldest: number | undefined;
    for (const { free } of this.#callers.values()) {
      const since = free.first?.since;
      if (since !== undefined && (oldest === undefined || since < oldest)) oldest = since;
    }
    return oldest;
  }

  /** How many wait that any process may take. */
  get freeSize(): number {
    let size = 0;
    for (const { free } of this.#callers.values()) size += free.size;
    return size;
  }

  /** @param place the only process that may take it; `undefined` for any */
  push(call: Call, place: Place | undefined): void {
    const queue = this.#queueOf(call.caller);
    const list = listOf(queue, place);
    list.push(call);
    call.place = list;
    this.#count(queue, 1);
  }

  /** As `push`, before those of its caller that came later: it has waited before. */
  insert(call: Call, place: Place | undefined): void {
    const queue = this.#queueOf(call.caller);
    const list = listOf(queue, place);
    list.insert(call);
    call.place = list;
    this.#count(queue, 1);
  }

  /** The next call that this process may take, from the caller whose turn it is. */
  take(place: Place): Call | undefined {
    if (this.#size === 0) return undefined;
    for (const queue of this.#callers.values()) {
      const bound = queue.bound.get(place)?.first;
      const free = queue.free.first;
      const call = bound !== undefined && (free === undefined || bound.since <= free.since) ? bound : free;
      if (call === undefined) continue;
      this.delete(call);
      if (queue.size > 0 && this.#callers.size > 1) {
        this.#callers.delete(queue.caller);
        this.#callers.set(queue.caller, queue);
      }
      return call;
    }
    return undefined;
  }

  /** Takes a call out that waits here. */
  delete(call: Call): void {
    const queue = this.#queueOf(call.caller);
    (call.place as CallQueue).delete(call);
    call.place = undefined;
    this.#count(queue, -1);
  }

  /** Takes out all that only this process may take. */
  takeBound(place: Place): Call[] {
    const taken: Call[] = [];
    for (const queue of [...this.#callers.values()]) {
      const calls = queue.bound.get(place)?.takeAll() ?? [];
      queue.bound.delete(place);
      for (const call of calls) call.place = undefined;
      taken.push(...calls);
      this.#count(queue, -calls.length);
    }
    return taken;
  }

  /** Takes out all, caller by caller. */
  takeAll(): Call[] {
    const taken: Call[] = [];
    for (const queue of [...this.#callers.values()]) {
      const calls = [queue.free, ...queue.bound.values()].flatMap((list) => list.takeAll());
      for (const call of calls) call.place = undefined;
      taken.push(...calls);
      this.#count(queue, -calls.length);
    }
    return taken;
  }

  #queueOf(caller: string | undefined): CallerQueue<Place> {
    const known = this.#callers.get(caller);
    if (known !== undefined) return known;
    const queue = { caller, free: new CallQueue(), bound: new Map<Place, CallQueue>(), size: 0 };
    this.#callers.set(caller, queue);
    return queue;
  }

  #count(queue: CallerQueue<Place>, change: number): void {
    queue.size += change;
    this.#size += change;
    if (queue.size === 0 && queue.caller !== undefined) this.#callers.delete(queue.caller);
  }
}

function listOf<Place>({ free, bound }: CallerQueue<Place>, place: Place | undefined): CallQueue {
  if (place === undefined) return free;
  const known = bound.get(place);
  if (known !== undefined) return known;
  const list = new CallQueue();
  bound.set(place, list);
  return list;
}
