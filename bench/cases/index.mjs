/** All cases, in the order in which they run. */
import { callbacks } from "./callbacks.mjs";
import { echoBytes } from "./echo-bytes.mjs";
import { loneCall } from "./lone-call.mjs";
import { manyIsolates } from "./many-isolates.mjs";
import { memory } from "./memory.mjs";
import { restart } from "./restart.mjs";
import { smallCalls } from "./small-calls.mjs";
import { startUp } from "./start-up.mjs";
import { streamChunks } from "./stream-chunks.mjs";
import { streamItems } from "./stream-items.mjs";
import { unaryInvoke } from "./unary-invoke.mjs";

/** @type {readonly import("./case.mjs").Case[]} */
export const CASES = [
  smallCalls,
  loneCall,
  echoBytes,
  streamItems,
  streamChunks,
  callbacks,
  unaryInvoke,
  startUp,
  restart,
  memory,
  manyIsolates,
];
