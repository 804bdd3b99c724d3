import { aBoolean, invalidOption, ownOptions, wholeNumber } from "../errors/index.js";
import { availableProcessors } from "./available-processors.js";
import { toBytes } from "./byte-size.js";
import { formatProcessorList, parseProcessorList } from "./processor-list.js";

/** A number of bytes, or a text such as `"256MB"` (10^6 bytes each) or `"512MiB"` (2^20). */
export type ByteSize = number | string;

/**
 * What one process, with everything that it starts, may use. Every limit is optional and enforced by the strongest
 * mechanism of this machine; `status().limits` says which that is.
 */
export interface LimitOptions {
  /**
   * Memory of the whole process tree, of which the JavaScript heap is only a part. At least 32 MiB. What a hard limit
   * ends, it ends as a whole. A soft one is reported once, by the event `limit`.
   */
  memory?: ByteSize | { soft?: ByteSize; hard: ByteSize };
  /**
   * The JavaScript heap's old generation, in steps of 1 MiB, at least 16 MiB; V8 ends the process when it is full.
   * Buffers lie outside it.
   */
  heap?: ByteSize;
  /**
   * Processor time in percent of one core, from 1 to 100 times the cores of this process. The process is slowed down,
   * not ended, and only once it has started.
   */
  cpu?: number;
  /** The processors that may be used: `"cpu0 cpu2"`, `"0-3"` or `"0,2"`. */
  affinity?: string;
  /**
   * Processes and threads of the whole tree; at least 12, which is what Node.js needs. One more cannot be
   * started; where this can only be watched, the tree is ended instead, and a fast fork bomb may slow the machine first.
   */
  pids?: number;
  /** File descriptors of each process; at least 40. Opening one more fails with `EMFILE`. */
  openFiles?: number;
  /** Seconds of processor time, of the whole tree, after which it is ended. A whole number from 1. */
  cpuSeconds?: number;
  /** Bytes per second of stdout and stderr that are kept as events; at least 1,024. What is above is left out. */
  output?: ByteSize;
  /** Refuses to start where a limit could only be watched; one that could not be kept at all is refused in any case. Default false. */
  required?: boolean;
}

/** Limits after validation: complete and frozen. Sizes are in bytes. */
export interface ResolvedLimits {
  readonly memory: { readonly soft: number | undefined; readonly hard: number } | undefined;
  readonly heap: number | undefined;
  readonly cpu: number | undefined;
  /** Ascending. */
  readonly affinity: readonly number[] | undefined;
  readonly pids: number | undefined;
  readonly openFiles: number | undefined;
  readonly cpuSeconds: number | undefined;
  readonly output: number | undefined;
  readonly required: boolean;
}

const MIB = 2 ** 20;
const MIN_MEMORY_BYTES = 32 * MIB;
const MIN_HEAP_BYTES = 16 * MIB;
const MIN_OUTPUT_BYTES = 1_024;
/** Below, Node.js hangs in its start (6) or aborts when its thread pool starts (11). */
const MIN_PIDS = 12;
/** Linux's highest pid. */
const MAX_PIDS = 2 ** 22;
/** Below, Node.js ends with a signal in its start (18); the rest is for the connections of a pihost. */
const MIN_OPEN_FILES = 40;
/** The default of fs.nr_open. */
const MAX_OPEN_FILES = 2 ** 20;
const MAX_CPU_SECONDS = 2 ** 31 - 1;

const RESOLVERS = {
  memory: resolveMemory,
  heap: (value: unknown) => toBytes("limits.heap", value, MIN_HEAP_BYTES),
  cpu: resolveCpu,
  affinity: resolveAffinity,
  pids: (value: unknown) => wholeNumber("limits.pids", value, MIN_PIDS, MAX_PIDS),
  openFiles: (value: unknown) => wholeNumber("limits.openFiles", value, MIN_OPEN_FILES, MAX_OPEN_FILES),
  cpuSeconds: (value: unknown) => wholeNumber("limits.cpuSeconds", value, 1, MAX_CPU_SECONDS),
  output: (value: unknown) => toBytes("limits.output", value, MIN_OUTPUT_BYTES),
} satisfies Record<string, (value: unknown) => unknown>;

/**
 * Validates all limits at once.
 *
 * @param value A `LimitOptions`, or undefined for none.
 * @throws IsolationError `INVALID_OPTION` that names the first bad limit, its bound and the value received.
 */
export function resolveLimits(value: unknown): ResolvedLimits {
  const { required = false, ...limits } = ownOptions("limits", value === undefined ? {} : value, [
    ...Object.keys(RESOLVERS),
    "required",
  ]);
  aBoolean("limits.required", required);
  const resolved = Object.entries(RESOLVERS).map(([name, resolve]) => [
    name,
    limits[name] === undefined ? undefined : resolve(limits[name]),
  ]);
  return Object.freeze({ ...Object.fromEntries(resolved), required }) as ResolvedLimits;
}

function resolveMemory(value: unknown): NonNullable<ResolvedLimits["memory"]> {
  if (typeof value !== "object" || value === null) {
    return Object.freeze({ soft: undefined, hard: toBytes("limits.memory", value, MIN_MEMORY_BYTES) });
  }
  const { soft, hard } = ownOptions("limits.memory", value, ["soft", "hard"]);
  const hardBytes = toBytes("limits.memory.hard", hard, MIN_MEMORY_BYTES);
  if (soft === undefined) return Object.freeze({ soft: undefined, hard: hardBytes });
  const softBytes = toBytes("limits.memory.soft", soft, MIN_MEMORY_BYTES);
  if (softBytes >= hardBytes) {
    throw invalidOption("limits.memory.soft", `less than limits.memory.hard (${hardBytes} bytes)`, soft);
  }
  return Object.freeze({ soft: softBytes, hard: hardBytes });
}

function resolveCpu(value: unknown): number {
  const max = 100 * availableProcessors().length;
  if (typeof value === "number" && value >= 1 && value <= max) return value;
  throw invalidOption("limits.cpu", `a percentage of one core from 1 to ${max} (100 for each core)`, value);
}

function resolveAffinity(value: unknown): readonly number[] {
  const available = availableProcessors();
  const bound = `a list such as "cpu0 cpu2", "0-3" or "0,2" of processors in ${formatProcessorList(available)}`;
  const wanted = typeof value === "string" ? parseProcessorList(value) : undefined;
  if (wanted?.every((processor) => available.includes(processor))) return Object.freeze(wanted);
  throw invalidOption("limits.affinity", bound, value);
}
