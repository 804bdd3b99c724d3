import { encodeStatusDetails, type RemoteError, STATUS_DETAILS_KEY } from "../../src/contract/index.js";
import { cutError, cutText } from "./cut-error.js";

/** Clients on gRPC's C core, and those in Java, fail a request whose metadata together are longer, in bytes as HTTP/2 counts them. */
const TRAILER_BYTES = 8_192;

/** What HTTP/2 counts for a header beside its name and value. */
const BYTES_PER_HEADER = 32;

/**
 * What stands beside message and details where headers and trailers come as one: `:status`, `content-type`, `date`,
 * `grpc-status`, `grpc-accept-encoding`; and some room for what a later grpc-js may add.
 */
const OTHER_BYTES = 512;

/** Bytes of `grpc-message`, as it is encoded. */
const MESSAGE_BYTES = 512;

/** How often an error is cut shorter before nothing is left of it but its name: each time to three quarters. */
const CUTS = 40;

export interface FittingStatus {
  readonly message: string;
  readonly details: Buffer;
}

/** A failure that fits into trailers: `grpc-message`, and the bytes of `grpc-status-details-bin`. */
export function fitStatus(code: number, text: string, error: RemoteError): FittingStatus {
  const message = fitMessage(text);
  const names = ["grpc-message", STATUS_DETAILS_KEY];
  const taken = names.reduce((sum, name) => sum + name.length + BYTES_PER_HEADER, OTHER_BYTES) + encodedLength(message);
  // Base64 makes four bytes of three.
  const room = Math.floor((TRAILER_BYTES - 1 - taken) / 4) * 3;
  let details = encodeStatusDetails(code, message, error);
  let bytes = room;
  for (let cut = 0; details.length > room && cut < CUTS; cut += 1) {
    details = encodeStatusDetails(code, message, cutError(error, Math.floor(bytes)));
    bytes *= 0.75;
  }
  return { message, details };
}

/** grpc-js encodes with `encodeURI`, which throws for half of a character. */
function fitMessage(text: string): string {
  let message = cutText(text, MESSAGE_BYTES);
  while (encodedLength(message) > MESSAGE_BYTES) message = cutText(message, Buffer.byteLength(message) * 0.9);
  return message;
}

function encodedLength(text: string): number {
  return encodeURI(text).length;
}
