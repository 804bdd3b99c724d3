// What decides over a run, as its own tests use it.

export { expectAnswer } from "./host/calls/call-kind.mjs";
export { recordCall } from "./host/record-call.mjs";
export { openLedger } from "./ledger/ledger.mjs";
export { readLedger } from "./ledger/read-ledger.mjs";
export { judgeEpisode } from "./run/verdict.mjs";
export { awaitNothingLeft } from "./watch/leftovers.mjs";
export { createRunDirectory } from "./watch/run-directory.mjs";
