import { IsolationError } from "../errors/index.js";
import { forThisSystem } from "../platform/for-this-system.js";
import type { Capability } from "../platform/index.js";
import { findBubblewrap } from "./bubblewrap-program.linux.js";

/** Whether `sandbox` works here, by trial; nothing where there is no such thing. */
export const probeSandbox: () => Capability[] = forThisSystem({
  linux: () => [probeBubblewrap()],
  macos: () => [],
  windows: () => [],
});

export function probeBubblewrap(searchPath?: string): Capability {
  const row = { name: "sandbox", matters: "a file system, processes and a network of their own", essential: false };
  try {
    const { program, forbidsNesting, boundsSize } = findBubblewrap(searchPath);
    const lacks = [
      ...(forbidsNesting ? [] : ["does not forbid namespaces inside"]),
      ...(boundsSize ? [] : ["does not bound /tmp"]),
    ];
    const status = lacks.length === 0 ? "ok" : "limited";
    return { ...row, status, found: [program, ...lacks].join(", ") };
  } catch (error) {
    if (!IsolationError.is(error)) throw error;
    return { ...row, status: "missing", found: error.message.slice(error.code.length + 2) };
  }
}
