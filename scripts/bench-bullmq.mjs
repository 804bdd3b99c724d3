// npm run bench:bullmq [-- --rounds n]: installs and builds if need be, then measures jobs beside BullMQ's own sandbox.
import { runEntry } from "./run-entry.mjs";

await runEntry("bench/bullmq/main.mjs");
