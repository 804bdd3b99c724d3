import type { GrpcCall, GrpcMethod } from "../../grpc/index.js";
import { toKernelError } from "./to-grpc-error.js";

/** How messages of one type are read and written. */
interface Codec<Message> {
  decode(bytes: Uint8Array): Message;
  encode(message: Message): { finish(): Uint8Array };
}

/** What a method of the kernel's service knows of its call. */
export type KernelCall = Pick<GrpcCall, "signal" | "deadline" | "sendHeaders">;

/** A method of it, which can be called without gRPC, too. */
export interface KernelMethod extends GrpcMethod {
  handle(request: unknown, call: KernelCall): unknown;
}

export const SERVICE_PATH = "/pihost.v1.KernelService/";

/** A method that answers with one message. */
export function unary<Request, Response>(
  name: string,
  requests: Codec<Request>,
  responses: Codec<Response>,
  handle: (request: Request, call: KernelCall) => Response | Promise<Response>,
): KernelMethod {
  return {
    ...codecs(name, requests, responses),
    responseStream: false,
    handle: async (request, call) => {
      try {
        return await handle(request as Request, call);
      } catch (error) {
        throw toKernelError(error);
      }
    },
  };
}

/** A method that answers with any number of them. */
export function streaming<Request, Response>(
  name: string,
  requests: Codec<Request>,
  responses: Codec<Response>,
  handle: (request: Request, call: KernelCall) => AsyncIterable<Response>,
): KernelMethod {
  return {
    ...codecs(name, requests, responses),
    responseStream: true,
    handle: (request, call) => handle(request as Request, call),
  };
}

function codecs<Request, Response>(
  name: string,
  requests: Codec<Request>,
  responses: Codec<Response>,
): Pick<GrpcMethod, "path" | "requestStream" | "decode" | "encode"> {
  return {
    path: SERVICE_PATH + name,
    requestStream: false,
    decode: (bytes) => requests.decode(bytes),
    encode: (message) => responses.encode(message as Response).finish(),
  };
}
