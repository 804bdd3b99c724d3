import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/** The address of the other end of a connection, as gRPC writes it; a unix socket's client has no name. */
export function peerOf(socket: Socket | TLSSocket | undefined): string {
  const address = socket?.remoteAddress;
  if (address === undefined) return "unix:";
  return socket?.remoteFamily === "IPv6"
    ? `ipv6:[${address}]:${socket.remotePort}`
    : `ipv4:${address}:${socket?.remotePort}`;
}
