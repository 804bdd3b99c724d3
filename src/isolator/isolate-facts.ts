import type { Generation } from "../supervision/index.js";
import type { GenerationFacts } from "./events.js";

/** Which isolate it is, and how far it has come: what its handle, its events and its errors tell. */
export class IsolateFacts {
  readonly name: string;
  /** The present generation, or the last one while there is none. */
  last: Generation | undefined;
  /** The number of its first generation. */
  readonly first: number;
  /** The number of the present generation, or of the next one while there is none. */
  generation: number;
  restarts = 0;

  constructor(name: string, first = 1) {
    this.name = name;
    this.first = first;
    this.generation = first;
  }

  of({ number, pid }: Generation): GenerationFacts {
    return { isolate: this.name, generation: number, pid };
  }
}
