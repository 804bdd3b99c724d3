import { type Call, CallQueue } from "../../isolator/index.js";

/** The calls of one key: all run in one process as long as that takes calls, and begin in the order in which they came. */
export class Lane<Place> {
  readonly key: string;
  /** Where they run; `undefined` until the next of them begins. */
  place: Place | undefined = undefined;
  /** How many run. */
  running = 0;
  /** The one that is next, which waits with those of other keys. */
  head: Call | undefined = undefined;
  /** Those behind it. */
  readonly behind = new CallQueue();

  constructor(key: string) {
    this.key = key;
  }

  get waits(): boolean {
    return this.head !== undefined;
  }

  get isIdle(): boolean {
    return this.running === 0 && this.head === undefined;
  }
}
