// npm run bombs [-- options]: installs and builds if need be, then sets them off; see chaos/bombs/options.mjs.
import { runEntry } from "./run-entry.mjs";

await runEntry("chaos/bombs/main.mjs", ["--expose-gc"]);
