import { inspect } from "node:util";
import { REFERENCE_MARK } from "../codec/index.js";

/** What a proxy stands for, for people to read. */
const LABEL = Symbol("label");

/**
 * What a proxy shows of itself without asking the other process: its class, its text, how it is printed. The language,
 * consoles and test tools look at these, and none of that may be a call.
 */
abstract class Face {
  declare readonly [LABEL]: string;

  constructor(label: string) {
    // Hidden, so that nobody takes it for a part of what is behind the proxy.
    Object.defineProperty(this, LABEL, { value: label });
  }

  /** Wherever it is handed on, it crosses by reference. */
  get [REFERENCE_MARK](): true {
    return true;
  }

  toString(): string {
    return `[object ${this[LABEL]}]`;
  }

  [Symbol.toPrimitive](hint: string): string | number {
    return hint === "number" ? Number.NaN : this.toString();
  }

  [inspect.custom](): string {
    return `[${this[LABEL]}]`;
  }
}

/** The face of the proxy of a module. */
export class RemoteModule extends Face {
  constructor(module?: string) {
    super(module === undefined ? "RemoteModule" : `RemoteModule ${module}`);
  }
}

/** The face of the proxy of a live object. */
export class RemoteObject extends Face {
  constructor() {
    super("RemoteObject");
  }
}
