import { findProgram } from "../../src/platform/capabilities.files.js";

/** Why sandboxes cannot be tried out here; undefined when they can. In CI a missing `bwrap` fails the tests instead. */
export const noBubblewrap: string | undefined = reason();

function reason(): string | undefined {
  if (process.platform !== "linux") return "sandboxes are for Linux";
  if (findProgram("bwrap") !== undefined || process.env.CI) return undefined;
  process.stderr.write("sandbox tests are skipped: install bubblewrap (apt-get install bubblewrap)\n");
  return "bwrap is not installed";
}
