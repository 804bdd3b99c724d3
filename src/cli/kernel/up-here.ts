import { keepAlive } from "../../isolator/index.js";
import { readManifest } from "../../kernel/manifest/index.js";
import { type KernelOptions, resolveKernelOptions } from "../../kernel/options.js";
import { KernelRuntime } from "../../kernel/runtime.js";
import { EXIT, signalExitCode } from "../exit-codes.js";
import { note } from "../output.js";
import { onStopSignals } from "../stop-signals.js";
import { hostAndPort } from "./host-and-port.js";
import { hostLog } from "./host-log.js";
import { manifestFile } from "./manifest-file.js";
import type { Ready } from "./up-detached.js";
import type { UpOptions } from "./up-options.js";
import { createUpView } from "./up-view.js";
import { watchModules } from "./watch-modules.js";

/** The environment variable that has the token for metrics: arguments can be read by others. */
const METRICS_TOKEN = "PIHOST_METRICS_TOKEN";

function metricsOf({ metrics }: UpOptions): Pick<KernelOptions, "metrics"> {
  if (metrics === undefined) return {};
  const { [METRICS_TOKEN]: token = "" } = process.env;
  return { metrics: { ...metrics, ...(token === "" ? {} : { token }) } };
}

/** Runs a kernel in this process until it has stopped. */
export async function upHere(file: string | undefined, options: UpOptions): Promise<number> {
  const manifest = await readManifest(manifestFile(file));
  const starting = new AbortController();
  const log = hostLog((line) => view.log(line));
  const graceMs = options.grace === undefined ? {} : { graceMs: options.grace };
  const own = { ...graceMs, ...metricsOf(options) };
  const runtime = new KernelRuntime(
    manifest,
    resolveKernelOptions({ host: { log }, discoverable: true, signal: starting.signal, ...own }, manifest),
  );
  const view = createUpView(runtime, options);
  let signalled: NodeJS.Signals | undefined;
  const stopListening = onStopSignals({
    ask: (signal) => {
      signalled = signal;
      starting.abort(new Error(signal));
      void runtime.stop({ kind: "requested", reason: signal });
    },
    // What is left of the isolates goes with this process.
    force: () => process.exit(signalExitCode("SIGINT")),
  });
  try {
    await keepAlive.during(runtime.start());
    const stopWatching = options.watch === true ? watchModules(runtime, view) : () => {};
    // The isolates' own events come first.
    await new Promise((resolve) => setImmediate(resolve));
    view.ready();
    const { door } = runtime.entrance;
    const { address } = runtime.metrics;
    const metrics = address === undefined ? undefined : `http://${hostAndPort(address)}/metrics`;
    if (metrics !== undefined) view.note(`metrics are served at ${metrics}`);
    process.send?.({ socket: door?.socket, address: door?.address, metrics } satisfies Ready);
    const outcome = await keepAlive.during(runtime.ended);
    stopWatching();
    view.close();
    if (outcome.kind === "exhausted") note(`pihost: ${manifest.name} has ended: ${outcome.reason}`);
    return outcome.kind === "requested" ? EXIT.done : EXIT.failed;
  } catch (error) {
    view.close();
    if (signalled !== undefined) return signalExitCode(signalled);
    throw error;
  } finally {
    stopListening();
  }
}
