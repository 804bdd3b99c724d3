import { totalmem } from "node:os";
import { ownOptions, wholeNumber } from "../../errors/index.js";
import { type ByteSize, toBytes } from "../../limits/index.js";
import { BUDGET, type Budget, PAYLOAD_BYTES } from "../../session/index.js";
import { milliseconds } from "./checks.js";

/**
 * What a process may cost the host by what it sends. One that goes beyond is ended, and its calls fail with CRASHED, whose
 * cause is PROTOCOL; a result that is too large fails only its call, with PROTOCOL.
 */
export interface BudgetOptions {
  /**
   * Bytes that the host keeps for the process although nobody asked for them: arguments of callbacks while they run, items that
   * nobody has taken, values under way in parts. A number, or `"256MB"`. At least `"16MiB"`. Default `"96MiB"`.
   */
  held?: ByteSize;
  /**
   * Bytes that the host takes to decode a result, as estimated before, and what it holds beside. The plain bytes of Buffers and
   * typed arrays do not count: see `maxPayload`. At least `"16MiB"`. Default `"192MiB"`, or `held` where that is more.
   */
  decoded?: ByteSize;
  /** Calls, results, items and other entries of one message. A whole number from 1,024. Default 16,384. */
  entries?: number;
  /** Milliseconds that decoding one message may take. At least 50. Default 750. */
  decodeMs?: number;
  /** Bytes of answers that the process has not read; with more, the host reads nothing of it. At least `"64KiB"`. Default `"8MiB"`. */
  unsent?: ByteSize;
}

const MIN_HELD = 16 * 1024 * 1024;
const MIN_ENTRIES = 1_024;
const MAX_ENTRIES = 2 ** 31;
const MIN_DECODE_MS = 50;
const MIN_UNSENT = 64 * 1024;

export function resolveBudget(value: unknown): Budget {
  if (value === undefined) return BUDGET;
  const { held, decoded, entries, decodeMs, unsent } = ownOptions("budget", value, Object.keys(BUDGET));
  const heldBytes = held === undefined ? BUDGET.held : toBytes("budget.held", held, MIN_HELD);
  return Object.freeze({
    held: heldBytes,
    decoded: decoded === undefined ? Math.max(heldBytes, BUDGET.decoded) : toBytes("budget.decoded", decoded, MIN_HELD),
    entries: entries === undefined ? BUDGET.entries : wholeNumber("budget.entries", entries, MIN_ENTRIES, MAX_ENTRIES),
    decodeMs: decodeMs === undefined ? BUDGET.decodeMs : milliseconds("budget.decodeMs", decodeMs, MIN_DECODE_MS),
    unsent: unsent === undefined ? BUDGET.unsent : toBytes("budget.unsent", unsent, MIN_UNSENT),
  });
}

/** A quarter of the memory that this process may use, and no more than 1 GiB. */
export function defaultMaxPayload(): number {
  const constrained = process.constrainedMemory();
  const total = totalmem();
  const memory = constrained > 0 && constrained < total ? constrained : total;
  return Math.min(PAYLOAD_BYTES, Math.floor(memory / 4));
}
