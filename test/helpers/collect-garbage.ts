import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

/** Twice: the first one finds what only finalizers held. */
export function collectGarbage(): void {
  gc();
  gc();
}
