import { statSync } from "node:fs";
import { resolve } from "node:path";
import { aBoolean, invalidOption, ownOptions } from "../errors/index.js";

/**
 * What Node.js writes when the JavaScript heap is full, with `limits.heap` or without; the error names the files in
 * `facts.diagnosticFiles`. They hold what the process held: its environment, and in a snapshot all of its heap.
 */
export interface DiagnosticsOptions {
  /**
   * The folder that it is written into. It must exist, and the user of the option `uid` must be able to enter it. Relative
   * paths are resolved in the host's working directory.
   */
  directory: string;
  /** Node's diagnostic report: stacks, heap spaces, limits, environment, as JSON. Default true. */
  report?: boolean;
  /**
   * A snapshot of the heap, for the memory tab of browser tools. Default false. It takes seconds, as much memory again,
   * and the space on the disk.
   */
  heapSnapshot?: boolean;
}

/** After validation: complete and frozen. */
export interface Diagnostics {
  readonly directory: string;
  readonly report: boolean;
  readonly heapSnapshot: boolean;
}

/** @throws IsolationError `INVALID_OPTION` */
export function resolveDiagnostics(value: unknown): Diagnostics | undefined {
  if (value === undefined) return undefined;
  const given = ownOptions("diagnostics", value, ["directory", "report", "heapSnapshot"]);
  const report = given.report === undefined ? true : aBoolean("diagnostics.report", given.report);
  const heapSnapshot =
    given.heapSnapshot === undefined ? false : aBoolean("diagnostics.heapSnapshot", given.heapSnapshot);
  if (!report && !heapSnapshot) {
    throw invalidOption("diagnostics.report", "true where there is no heapSnapshot", report);
  }
  return Object.freeze({ directory: existingFolder(given.directory), report, heapSnapshot });
}

function existingFolder(value: unknown): string {
  const isPath = typeof value === "string" && value !== "" && !value.includes("\0");
  const path = isPath ? resolve(value) : undefined;
  if (path !== undefined && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path;
  throw invalidOption("diagnostics.directory", "a folder that exists", value);
}
