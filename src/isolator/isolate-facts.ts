import type { Generation } from "../supervision/index.js";
import type { GenerationFacts } from "./events.js";

/** Which isolate it is, and how far it has come: what its handle, its events and its errors tell. */
export class IsolateFacts {
  readonly name: string;
  /** The present generation, or the last one while there is none. */
  last: Generation | undefined;
  /** The number of the present generation, or of the next one while there is none. */
  generation = 1;
  restarts = 0;

  constructor(name: string) {
    this.name = name;
  }

  of({ number, pid }: Generation): GenerationFacts {
    return { isolate: this.name, generation: number, pid };
  }
}
