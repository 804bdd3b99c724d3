import type { KernelManifest } from "./manifest.js";
import type { Problems } from "./problems.js";
import type { ResolvedListen } from "./resolved.js";

const MAX_PORT = 65_535;

/** The TCP address of the front door. Paths are absolute already. */
export function resolveListen(listen: KernelManifest["listen"], problems: Problems): ResolvedListen | undefined {
  if (listen === undefined) return undefined;
  if (typeof listen === "object") {
    const { host = "127.0.0.1", port, tls } = listen;
    return Object.freeze({ host, port, tls: tls === undefined ? undefined : Object.freeze({ ...tls }) });
  }
  const colon = listen.lastIndexOf(":");
  const port = Number(listen.slice(colon + 1));
  if (port > MAX_PORT) problems.mustBe(["listen"], `"host:port" with a port from 0 to ${MAX_PORT}`, listen);
  return Object.freeze({ host: listen.slice(0, colon).replace(/^\[(.*)\]$/, "$1"), port, tls: undefined });
}
