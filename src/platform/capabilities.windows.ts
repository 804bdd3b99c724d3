import { tmpdir } from "node:os";
import { probeWritable } from "./capabilities.files.js";
import type { Capability } from "./capabilities.js";

/** Pipes have no directory, and libuv's job object does the reaper's work: only the host's own directory is needed. */
export function windowsCapabilities(folder = tmpdir()): Capability[] {
  const problem = probeWritable(folder);
  return [
    {
      name: "temporary directory",
      status: problem === undefined ? "ok" : "missing",
      found: problem ?? folder,
      matters: "the host keeps a private directory there",
      essential: true,
    },
  ];
}
