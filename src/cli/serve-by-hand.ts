import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Go, PROTOCOLS } from "../contract/index.js";
import { pihostEntry } from "../process/index.js";
import { CommandFailure } from "./command-failure.js";
import { commandsToPaste } from "./commands-to-paste.js";
import { EXIT, signalExitCode } from "./exit-codes.js";
import { note, print } from "./output.js";
import type { ServeOptions } from "./serve.js";
import { clearSocketPath, isPipe } from "./socket-path.js";
import { statIfPresent } from "./stat-if-present.js";
import { onStopSignals } from "./stop-signals.js";
import { styled } from "./terminal.js";

/** What the built executable exports, as far as it is needed here: the SDK does not see its sources. */
interface PihostBundle {
  serveByHand(
    go: Go,
    listener: { onStopping(reason: string): void; onDebugger(url: string): void },
  ): Promise<{ shutdown(reason: string, graceMs: number): void }>;
}

const GRACE_MS = 5_000;

/** Serves until a signal, or a Shutdown request, ends this process. Never resolves. */
export async function serve(options: ServeOptions): Promise<never> {
  const address = isPipe(options.socket) ? options.socket : resolve(options.socket);
  const from = toFolderUrl(options.from);
  for (const warning of await clearSocketPath(address)) note(`pihost: warning: ${warning}`);
  const { serveByHand } = createRequire(import.meta.url)(join(dirname(pihostEntry()), "main.cjs")) as PihostBundle;
  const go = Go.fromPartial({
    protocol: PROTOCOLS.newest,
    token: options.token,
    address,
    isolate: "by-hand",
    generation: 1,
    from,
  });
  const listener = { onStopping: (reason: string) => note(`pihost: ending: ${reason}`), onDebugger: () => {} };
  const pihost = await privately(() => serveByHand(go, listener)).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandFailure(EXIT.cannotStart, `cannot serve ${address}: ${why}`, { cause: error });
  });
  onStopSignals({
    ask: (signal) => pihost.shutdown(signal, GRACE_MS),
    force: () => process.exit(signalExitCode("SIGINT")),
  });
  introduce(address, options);
  return new Promise<never>(() => {});
}

/** The socket is made so that nobody else can ever connect, also before its mode is set. */
async function privately<T>(serveSocket: () => Promise<T>): Promise<T> {
  const before = process.umask(0o077);
  try {
    return await serveSocket();
  } finally {
    process.umask(before);
  }
}

function introduce(address: string, { token, from }: ServeOptions): void {
  const bold = (text: string): string => styled(process.stdout, "bold", text);
  print(`${bold("address")}  ${address}`, `${bold("token")}    ${token}`, `${bold("modules")}  ${resolve(from)}`, "");
  if (isPipe(address)) return;
  const { grpcurl, buf } = commandsToPaste(address, token);
  const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
  print(bold("to paste (grpcurl from 1.9.2 on)"), ...indented(grpcurl), "");
  print(bold("the same with buf"), ...indented(buf), "", "Ctrl+C ends it.");
}

function toFolderUrl(from: string): string {
  const path = resolve(from);
  if (statIfPresent(path)?.isDirectory() === true) return pathToFileURL(`${path}/`).href;
  throw new CommandFailure(EXIT.usage, `--from must be a folder that exists; received ${from}`);
}
