import { HandshakeFromHost, HandshakeFromProcess } from "./gen/pihost/v1/handshake.js";

/** The descriptor that the process inherits for the handshake and, by its end, for the death of the host. */
export const HANDSHAKE_DESCRIPTOR = 3;

/** The descriptor on which a process may speak Session without HTTP/2 around it. */
export const SESSION_DESCRIPTOR = 4;

/** A handshake message as the line that travels. */
export function handshakeLine(message: HandshakeFromHost["message"] | HandshakeFromProcess["message"]): string {
  const json =
    message?.$case === "go"
      ? HandshakeFromHost.toJSON({ message })
      : HandshakeFromProcess.toJSON({ message } as HandshakeFromProcess);
  return `${JSON.stringify(json)}\n`;
}

/** Reads a line from the process; `undefined` when it is not one, or of a kind that this version does not know. */
export function parseHandshakeFromProcess(line: string): HandshakeFromProcess["message"] {
  return parse(line, HandshakeFromProcess)?.message;
}

/** Reads a line from the host; `undefined` when it is not one, or of a kind that this version does not know. */
export function parseHandshakeFromHost(line: string): HandshakeFromHost["message"] {
  return parse(line, HandshakeFromHost)?.message;
}

/** The generated reader throws for what has no text, such as `{ "toString": 1 }` in place of a string. */
function parse<T>(line: string, message: { fromJSON(object: unknown): T }): T | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? message.fromJSON(value) : undefined;
  } catch {
    return undefined;
  }
}
