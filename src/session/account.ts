import type { DecodeMeter } from "../codec/index.js";
import { IsolationError } from "../errors/index.js";
import { BUDGET, type Budget } from "./budget.js";

/**
 * What the peer of a session costs this side. Everything is charged before it is built or kept, and released when it is
 * gone. The first charge that does not fit is a breach: the session ends with it, whoever caught the error.
 */
export class Account {
  readonly budget: Budget;
  /** Whether anything is bounded at all. */
  readonly isBounded: boolean;
  #held = 0;
  /** What is being decoded of results. */
  #decoding = 0;
  #breach: IsolationError | undefined;
  /** Milliseconds that decoding has taken since `beginFrame`. */
  #decodedMs = 0;
  /** What of the processor this process had used when the clock was first looked at since. */
  #processorMs: number | undefined;

  constructor(budget: Budget = BUDGET) {
    this.budget = budget;
    this.isBounded = Object.values(budget).some((bound) => bound !== Number.POSITIVE_INFINITY);
  }

  /** Bytes that are held for the peer. */
  get held(): number {
    return this.#held;
  }

  /** What ends the session. */
  get breach(): IsolationError | undefined {
    return this.#breach;
  }

  /** @throws IsolationError PROTOCOL, a breach, when the bytes do not fit */
  hold(bytes: number): void {
    if (this.#held + bytes > this.budget.held) throw this.breaks(this.#tooMuch(bytes, "held"));
    this.#held += bytes;
  }

  /** For a result that is being decoded. @throws IsolationError PROTOCOL, which is no breach, when the bytes do not fit */
  holdDecoded(bytes: number): void {
    if (this.room(true) < bytes) throw this.#tooMuch(bytes, "decoded");
    this.#decoding += bytes;
  }

  releaseDecoded(bytes: number): void {
    this.#decoding -= bytes;
  }

  /** Bytes that may still be taken. */
  room(isAskedFor: boolean): number {
    return isAskedFor ? this.budget.decoded - this.#held - this.#decoding : this.budget.held - this.#held;
  }

  release(bytes: number): void {
    this.#held -= bytes;
  }

  /** A share of the account whose bytes are released together. */
  openHolding(): Holding {
    return new Holding(this);
  }

  /** A new frame came: the time for decoding starts anew. */
  beginFrame(): void {
    this.#decodedMs = 0;
    this.#processorMs = undefined;
  }

  /**
   * Counts the decoding of one value; `undefined` where nothing is bounded.
   *
   * @param isAskedFor whether a call of this side waits for the value: then one that is too large fails only that call
   */
  beginDecoding(isAskedFor: boolean): Decoding | undefined {
    return this.isBounded ? new Decoding(this, isAskedFor, this.#decodedMs) : undefined;
  }

  /**
   * Decoding has taken so long since `beginFrame`. A busy machine may have stopped this process meanwhile: it is the peer's
   * doing only if as much was spent on the processor.
   *
   * @throws IsolationError PROTOCOL, a breach, when that is too long
   */
  spend(decodedMs: number, decodeMs: number): void {
    this.#decodedMs = decodedMs;
    this.#processorMs ??= processorMs();
    if (decodedMs <= decodeMs || processorMs() - this.#processorMs <= decodeMs) return;
    throw this.breaks(
      new IsolationError(
        "PROTOCOL",
        `decoding what the peer sent takes more than ${Math.round(decodedMs)} ms, where ${Math.round(decodeMs)} ms are the most; budget.decodeMs is ${this.budget.decodeMs}`,
      ),
    );
  }

  endDecoding(decodedMs: number): void {
    this.#decodedMs = decodedMs;
  }

  /** Records a breach; the first one counts. */
  breaks(error: IsolationError): IsolationError {
    this.#breach ??= error;
    return error;
  }

  #tooMuch(bytes: number, name: "held" | "decoded"): IsolationError {
    return new IsolationError(
      "PROTOCOL",
      `what the peer sent takes ${Math.round(bytes)} bytes beside ${Math.round(this.#held + this.#decoding)} that are held for it; ` +
        `budget.${name} is ${this.budget[name]}`,
    );
  }
}

/** Bytes that are held for one thing of the peer. */
export class Holding {
  readonly #account: Account;
  #bytes = 0;

  constructor(account: Account) {
    this.#account = account;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @throws IsolationError PROTOCOL, a breach, when the bytes do not fit */
  hold(bytes: number): void {
    this.#account.hold(bytes);
    this.#bytes += bytes;
  }

  release(bytes: number): void {
    this.#account.release(bytes);
    this.#bytes -= bytes;
  }

  clear(): void {
    this.release(this.#bytes);
  }
}

/**
 * What decoding takes at the most where nothing is wrong, in milliseconds: so many at once, and so many for each node. That is
 * five times what it takes.
 */
const FREE_DECODE_MS = 100;
const MS_A_NODE = 0.005;

/** The decoding of one value: charges what it takes, and looks at the clock. */
export class Decoding implements DecodeMeter {
  readonly #account: Account;
  readonly #isAskedFor: boolean;
  #startedAt = performance.now();
  readonly #before: number;
  #borrowed = 0;
  #kept = 0;
  #nodes = 0;
  #tickedAt: number | undefined;

  constructor(account: Account, isAskedFor: boolean, before: number) {
    this.#account = account;
    this.#isAskedFor = isAskedFor;
    this.#before = before;
  }

  /** Bytes that the value keeps, as far as is known. */
  get kept(): number {
    return this.#kept;
  }

  get room(): number {
    return this.#account.room(this.#isAskedFor);
  }

  charge(bytes: number): void {
    this.#hold(bytes);
    this.#kept += bytes;
  }

  borrow(bytes: number): void {
    this.#hold(bytes);
    this.#borrowed += bytes;
  }

  tick(nodes: number): void {
    const now = performance.now();
    this.#tickedAt ??= now;
    this.#nodes += nodes;
    const spentMs = this.#before + now - this.#startedAt;
    // Keys that collide in a table cost time that grows with their square.
    const usualMs = FREE_DECODE_MS + this.#nodes * MS_A_NODE;
    const lateMs = now - this.#tickedAt > usualMs ? usualMs : Number.POSITIVE_INFINITY;
    this.#account.spend(spentMs, Math.min(lateMs, this.#account.budget.decodeMs));
  }

  skip(ms: number): void {
    this.#startedAt += ms;
    if (this.#tickedAt !== undefined) this.#tickedAt += ms;
  }

  /** The value is decoded, or cannot be. What it keeps is not held any more, unless somebody holds it anew. */
  end(): void {
    const bytes = this.#borrowed + this.#kept;
    if (this.#isAskedFor) this.#account.releaseDecoded(bytes);
    else this.#account.release(bytes);
    this.#borrowed = 0;
    this.#account.endDecoding(this.#before + performance.now() - this.#startedAt);
  }

  #hold(bytes: number): void {
    if (this.#isAskedFor) this.#account.holdDecoded(bytes);
    else this.#account.hold(bytes);
  }
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
