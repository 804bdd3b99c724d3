/** The host's reaper where there is no shell: a program of its own, started by `src/platform/reaper-process.posix.ts`. */
import { runReaper } from "../src/platform/reaper-on-node.js";

void runReaper(process.stdin);
