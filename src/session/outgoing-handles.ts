import { IsolationError } from "../errors/index.js";
import type { CallTarget } from "./call-target.js";
import { IdRing } from "./id-ring.js";
import type { Outbox } from "./outbox.js";

/** Of a module and its export, in characters. */
const MAX_NAME_LENGTH = 65_536;

/** How many handles one side has at once: far fewer than any peer takes, and more than most programs have exports. */
export const MAX_HANDLES = 16_384;

/** The characters of the names that have them. */
const MAX_NAMES_LENGTH = 4 * 1024 * 1024;

/** How much of either is kept when there are too many: making room for each new one alone would cost more. */
const KEPT_SHARE = 7 / 8;

interface Handle {
  /** Given at once by the ring. */
  number: number;
  readonly length: number;
  /** Whether it was used since room was last made. */
  isUsed: boolean;
}

/**
 * The handles of what this side calls. Whatever is called again after its handle went gets another one, so that nothing
 * grows with the number of things that a long session has called.
 */
export class OutgoingHandles {
  readonly #outbox: Outbox;
  /** By identity: whoever calls the same thing again passes the same object. */
  readonly #handles = new Map<CallTarget, Handle>();
  readonly #numbers = new IdRing<Handle>();
  #length = 0;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  get size(): number {
    return this.#handles.size;
  }

  /** The handle of a target, which is introduced when it has none. @throws IsolationError METHOD_NOT_FOUND for too long a name */
  of(target: CallTarget): number {
    const known = this.#handles.get(target);
    if (known !== undefined) {
      known.isUsed = true;
      return known.number;
    }
    const handle: Handle = { number: 0, length: lengthOf(target), isUsed: false };
    if (this.#handles.size >= MAX_HANDLES || this.#length + handle.length > MAX_NAMES_LENGTH) this.#makeRoom();
    handle.number = this.#numbers.add(handle);
    this.#handles.set(target, handle);
    this.#length += handle.length;
    const { method } = target;
    const { number } = handle;
    if (target.kind === "module") this.#outbox.introduce(number, { module: target.module, method, reference: 0 });
    else this.#outbox.introduce(number, { module: "", method, reference: target.reference });
    return number;
  }

  /** The target will not be called again, and the other side knows: what was lent is lent no more. */
  forget(target: CallTarget): void {
    const handle = this.#handles.get(target);
    if (handle !== undefined) this.#remove(target, handle);
  }

  /** The target will not be called again. */
  release(target: CallTarget): void {
    const handle = this.#handles.get(target);
    if (handle === undefined) return;
    this.#remove(target, handle);
    this.#outbox.releaseHandle(handle.number);
  }

  /** The other side is gone. */
  clear(): void {
    this.#handles.clear();
    this.#numbers.takeAll();
    this.#length = 0;
  }

  /** Lets the oldest go that were not used lately. */
  #makeRoom(): void {
    for (const [target, handle] of this.#handles) {
      const hasRoom = this.#handles.size <= KEPT_SHARE * MAX_HANDLES && this.#length <= KEPT_SHARE * MAX_NAMES_LENGTH;
      if (hasRoom) return;
      if (handle.isUsed) {
        handle.isUsed = false;
        this.#handles.delete(target);
        this.#handles.set(target, handle);
      } else this.release(target);
    }
  }

  #remove(target: CallTarget, { number, length }: Handle): void {
    this.#handles.delete(target);
    this.#numbers.take(number);
    this.#length -= length;
  }
}

/** A name travels in one frame. */
function lengthOf(target: CallTarget): number {
  const length = target.method.length + (target.kind === "module" ? target.module.length : 0);
  if (length <= MAX_NAME_LENGTH) return length;
  throw new IsolationError("METHOD_NOT_FOUND", `a name has ${length} characters; the bound is ${MAX_NAME_LENGTH}`);
}
