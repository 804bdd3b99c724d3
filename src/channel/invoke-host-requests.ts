import { toJsonValue } from "../codec/index.js";
import {
  decodeGetDataResponse,
  decodeShutdownResponse,
  decodeStatusResponse,
  encodeGetDataRequest,
  encodeSetDataRequest,
  encodeShutdownRequest,
} from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import type { UnaryRequest } from "./invoke-session.js";

const NOTHING = new Uint8Array();

/**
 * What the module `pihost:` answers in a Session, as an RPC of its own.
 *
 * @throws IsolationError METHOD_NOT_FOUND for what is none; NOT_SERIALIZABLE
 */
export function hostRequest(method: string, args: readonly unknown[], maxNodes: number): UnaryRequest {
  switch (method) {
    case "status":
      return { rpc: "Status", message: NOTHING, read: decodeStatusResponse };
    case "shutdown":
      return {
        rpc: "Shutdown",
        message: encodeShutdownRequest(String(args[0]), Number(args[1])),
        read: decodeShutdownResponse,
      };
    case "setData":
      return {
        rpc: "SetData",
        message: encodeSetDataRequest(String(args[0]), toJsonValue(args[1], "value")),
        read: () => undefined,
      };
    case "getData":
      return {
        rpc: "GetData",
        message: encodeGetDataRequest(String(args[0])),
        read: (message) => decodeGetDataResponse(message, maxNodes),
      };
  }
  throw new IsolationError("METHOD_NOT_FOUND", `a process without Session has no method ${method} of pihost:`);
}
