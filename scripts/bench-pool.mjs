// npm run bench:pool [-- --rounds n]: installs and builds if need be, then measures a pool beside its peers.
import { runEntry } from "./run-entry.mjs";

await runEntry("bench/pool/main.mjs");
