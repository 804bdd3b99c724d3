import * as channel from "./channel/index.js";
import * as codec from "./codec/index.js";
import * as contract from "./contract/index.js";
import * as errors from "./errors/index.js";
import * as isolator from "./isolator/index.js";
import * as platform from "./platform/index.js";
import * as pool from "./pool/index.js";
import * as process from "./process/index.js";
import * as session from "./session/index.js";
import * as supervision from "./supervision/index.js";

export * from "./index.js";

/**
 * The rooms that `process-isolation/kernel` has in common with the SDK: it is a file of its own, and finds them where this
 * puts them, so that a host has one copy of each, with one reaper and one class of errors.
 */
Object.defineProperty(isolator.ProcessIsolator, Symbol.for("process-isolation.rooms"), {
  value: { channel, codec, contract, errors, isolator, platform, pool, process, session, supervision },
});
