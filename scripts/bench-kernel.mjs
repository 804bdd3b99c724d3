// npm run bench:kernel [-- --rounds n]: installs and builds if need be, then measures the kernel beside its peers.
import { runEntry } from "./run-entry.mjs";

await runEntry("bench/kernel/main.mjs");
