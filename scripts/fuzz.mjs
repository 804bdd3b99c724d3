// npm run fuzz [-- options]: installs and builds if need be, then runs it; see fuzz/options.mjs.
import { runEntry } from "./run-entry.mjs";

await runEntry("fuzz/main.mjs", ["--expose-gc"]);
