import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { invalidOption } from "../../errors/index.js";
import { CONNECTIONS_AT_MOST } from "./bounds.js";

/** A TCP address to listen on beside the socket. */
export interface ListenAddress {
  readonly host: string;
  /** 0 for one that is free. */
  readonly port: number;
  /** Certificate and key, as PEM or as paths of PEM files; with `ca`, clients need a certificate of that authority. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca?: string | undefined } | undefined;
}

/** How long a client that is gone without a word keeps its connection, at least, in milliseconds. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Listens on a TCP address: with TLS, HTTP/2 only by ALPN; without, by prior knowledge.
 *
 * @param greetingMs how long a client may take to be through with TLS
 * @throws IsolationError INVALID_OPTION for an address or certificate that cannot be used
 */
export async function listenOnTcp(
  { host, port, tls }: ListenAddress,
  greetingMs: number,
  onSocket: (socket: Socket) => void,
): Promise<{ readonly server: Server; readonly address: { readonly host: string; readonly port: number } }> {
  const accept = (socket: Socket): void => {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    onSocket(socket);
  };
  const server = tls === undefined ? createServer(accept) : createTls(tls, greetingMs, accept);
  // Those that are not through with TLS count, too.
  server.maxConnections = 2 * CONNECTIONS_AT_MOST;
  await new Promise<void>((done, reject) => {
    server.once("error", (error) =>
      reject(invalidOption("listen", `an address to listen on (${error.message})`, `${host}:${port}`)),
    );
    // Workers of `node:cluster` would share the port, and with it the clients of kernels with other tokens.
    server.listen({ host, port, exclusive: true }, done);
  });
  const address = server.address() as AddressInfo;
  return { server, address: { host: address.address, port: address.port } };
}

function createTls(
  tls: NonNullable<ListenAddress["tls"]>,
  handshakeTimeout: number,
  accept: (socket: TLSSocket) => void,
): Server {
  const options = {
    cert: pem("listen.tls.cert", tls.cert),
    key: pem("listen.tls.key", tls.key),
    ...(tls.ca === undefined ? {} : { ca: pem("listen.tls.ca", tls.ca), requestCert: true, rejectUnauthorized: true }),
    ALPNProtocols: ["h2"],
    minVersion: "TLSv1.2" as const,
    handshakeTimeout,
  };
  try {
    const server = createTlsServer(options, (socket) => {
      if (socket.alpnProtocol === "h2") accept(socket);
      else socket.destroy();
    });
    return server.on("tlsClientError", (_, socket) => socket.destroy());
  } catch (error) {
    throw invalidOption("listen.tls", `a certificate and its key (${(error as Error).message})`, "what was given");
  }
}

function pem(name: string, text: string): string {
  if (text.includes("-----BEGIN ")) return text;
  try {
    return readFileSync(text, "utf8");
  } catch (error) {
    throw invalidOption(name, `PEM, or the path of a PEM file (${(error as Error).message})`, text);
  }
}
