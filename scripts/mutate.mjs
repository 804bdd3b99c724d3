// npm run mutate [-- options]: installs and builds if need be, then changes the code; see mutation/options.mjs.
import { runEntry } from "./run-entry.mjs";

await runEntry("mutation/main.mjs");
