import { AUTHORIZATION_KEY, bearer } from "../contract/index.js";
import { quoteForShell } from "./quote-for-shell.js";

/** Commands for a shell that speak to a process at a socket file, by title. */
export interface CommandsToPaste {
  readonly grpcurl: readonly string[];
  readonly buf: readonly string[];
}

const INVOKE = { module: "node:path", method: "join", args: ["a", "b"] };

/** @param invoke the call that they show */
export function commandsToPaste(address: string, token: string, invoke: object = INVOKE): CommandsToPaste {
  const header = quoteForShell(`${AUTHORIZATION_KEY}: ${bearer(token)}`);
  const body = ` -d ${quoteForShell(JSON.stringify(invoke))}`;
  // Not `-unix PATH`, which grpcurl 1.9.2 and 1.9.3 take for a TCP address (fullstorydev/grpcurl#546).
  const grpcurl = (call: string, data = ""): string =>
    `grpcurl -plaintext -H ${header}${data} ${quoteForShell(`unix://${address}`)} ${call}`;
  const client = `buf curl --protocol grpc --http2-prior-knowledge --reflect --reflect-header '*' -H ${header}`;
  const buf = (path: string, data = ""): string =>
    `${client}${data} --unix-socket ${quoteForShell(address)} http://localhost${path}`;
  return {
    grpcurl: [grpcurl("list"), grpcurl("pihost.v1.HostService/Status"), grpcurl("pihost.v1.HostService/Invoke", body)],
    buf: [
      buf(" --list-methods"),
      buf("/pihost.v1.HostService/Status", " -d '{}'"),
      buf("/pihost.v1.HostService/Invoke", body),
    ],
  };
}
