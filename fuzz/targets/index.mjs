import { AMPLIFICATION } from "../amplify/index.mjs";
import { frames, messages } from "./frames.mjs";
import { handshake } from "./handshake.mjs";
import { hostileChild, hostileLines } from "./live/hostile-child.mjs";
import { rawConnections } from "./live/raw-connections.mjs";
import { rpc, rpcSession } from "./live/rpc.mjs";
import { remoteErrors } from "./remote-errors.mjs";
import { fromChild, fromHost } from "./sessions.mjs";
import { values } from "./values.mjs";

/** Everything that reads what a peer sends, in this process and in live ones. */
export const TARGETS = [
  values,
  frames,
  messages,
  fromChild,
  fromHost,
  handshake,
  remoteErrors,
  rpc,
  rpcSession,
  hostileChild,
  hostileLines,
  rawConnections,
  ...AMPLIFICATION,
];
