import { type ServiceError, status } from "@grpc/grpc-js";
import { fromRemoteError } from "../../codec/index.js";
import { decodeStatusDetails, STATUS_DETAILS_KEY } from "../../contract/index.js";
import { IsolationError } from "../../errors/index.js";
import { ChannelLost } from "./channel-lost.js";

/** What a failed RPC means: what the user's code threw, what the framework has to say, or a lost connection. */
export function translateServiceError(error: ServiceError, callSite?: { readonly stack?: string }): unknown {
  const [details] = error.metadata?.get(STATUS_DETAILS_KEY) ?? [];
  if (Buffer.isBuffer(details)) {
    const remote = decodeStatusDetails(details);
    if (remote !== undefined) return fromRemoteError(remote, callSite);
  }
  switch (error.code) {
    case status.UNAUTHENTICATED:
      return new IsolationError("UNAUTHENTICATED", error.details, { cause: error });
    case status.CANCELLED:
      return new IsolationError("CANCELLED", "the call was cancelled", { cause: error });
    case status.UNIMPLEMENTED:
    case status.RESOURCE_EXHAUSTED:
    case status.INVALID_ARGUMENT:
      return new IsolationError("PROTOCOL", `the process refused the request: ${error.details}`, { cause: error });
    default:
      return new ChannelLost(error.details, { cause: error });
  }
}
