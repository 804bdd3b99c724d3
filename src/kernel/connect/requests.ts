import * as messages from "../../contract/kernel.js";

/** How messages of one type are read and written. */
export interface Codec<Message> {
  decode(bytes: Uint8Array): Message;
  encode(message: Message): { finish(): Uint8Array };
}

/** Of a method: its requests and its responses. */
export type Codecs<Request, Response> = readonly [Codec<Request>, Codec<Response>];

/** How each method's messages are read and written. */
export const REQUESTS = {
  List: codecs(messages.KernelServiceListRequest, messages.KernelServiceListResponse),
  Watch: codecs(messages.KernelServiceWatchRequest, messages.KernelServiceWatchResponse),
  Start: codecs(messages.KernelServiceStartRequest, messages.KernelServiceStartResponse),
  Stop: codecs(messages.KernelServiceStopRequest, messages.KernelServiceStopResponse),
  Restart: codecs(messages.KernelServiceRestartRequest, messages.KernelServiceRestartResponse),
  Replace: codecs(messages.KernelServiceReplaceRequest, messages.KernelServiceReplaceResponse),
  Logs: codecs(messages.KernelServiceLogsRequest, messages.KernelServiceLogsResponse),
  Invoke: codecs(messages.KernelServiceInvokeRequest, messages.KernelServiceInvokeResponse),
  Graph: codecs(messages.KernelServiceGraphRequest, messages.KernelServiceGraphResponse),
  Shutdown: codecs(messages.KernelServiceShutdownRequest, messages.KernelServiceShutdownResponse),
  CreateToken: codecs(messages.KernelServiceCreateTokenRequest, messages.KernelServiceCreateTokenResponse),
  RevokeToken: codecs(messages.KernelServiceRevokeTokenRequest, messages.KernelServiceRevokeTokenResponse),
  ListTokens: codecs(messages.KernelServiceListTokensRequest, messages.KernelServiceListTokensResponse),
} as const;

function codecs<Request, Response>(requests: Codec<Request>, responses: Codec<Response>): Codecs<Request, Response> {
  return [requests, responses];
}
