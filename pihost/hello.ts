import { VALUE_KINDS } from "../src/contract/features.js";
import { PROTOCOLS } from "../src/contract/protocols.js";
import { PACKAGE_VERSION } from "./package-version.js";

/** What this program says of itself when it begins, wherever it runs. The small entry has it, too: it imports little. */
export const HELLO = {
  protocol: PROTOCOLS.newest,
  oldestProtocol: PROTOCOLS.oldest,
  pid: process.pid,
  runtime: `node ${process.version}`,
  version: PACKAGE_VERSION,
  sessionOnDescriptor: true,
  values: [...VALUE_KINDS],
};
