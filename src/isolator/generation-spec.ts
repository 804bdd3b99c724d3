import { dirname, join } from "node:path";
import type { LimitPlan } from "../limits/index.js";
import {
  hostInspection,
  type Inspection,
  type ProcessSpec,
  plugAndPlayFlags,
  startInProcess,
  startNodeProcess,
  withoutInspection,
} from "../process/index.js";
import type { Recorder } from "../recording/index.js";
import type { GenerationSpec } from "../supervision/index.js";
import { keepAlive } from "./keep-alive.js";
import { publishLive } from "./live-record.js";
import type { ResolvedOptions } from "./options/index.js";
import type { Outputs } from "./outputs.js";

/** What an isolate hears of its processes while they run. */
export type GenerationListener = Pick<
  GenerationSpec,
  "onLine" | "onData" | "onLimit" | "onDebugger" | "onDrain" | "serve"
> &
  Required<Pick<ProcessSpec, "hasListener">>;

type Program = Pick<ProcessSpec, "execPath" | "execArgv" | "argv" | "env">;

function programOf({ runtime, name, execPath, execArgv, pihostPath, from, env }: ResolvedOptions): Program {
  if (runtime.kind === "command") {
    return { execPath, execArgv: [], argv: [...runtime.args, name], env: { ...env, ...runtime.env } };
  }
  const flags = plugAndPlayFlags(from, [...execArgv, env.NODE_OPTIONS ?? ""]);
  return { execPath, execArgv: [...flags, ...execArgv], argv: [pihostPath, name], env: withOwnInspector(env) };
}

/** The host's port is taken. */
function withOwnInspector(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { NODE_OPTIONS } = env;
  if (NODE_OPTIONS === undefined || NODE_OPTIONS !== process.env.NODE_OPTIONS) return env;
  return { ...env, NODE_OPTIONS: withoutInspection(NODE_OPTIONS) ?? "" };
}

/** Whether a debugger may attach to a process that starts now: as the options say, else as to the host. */
function inspectionOf({ debug, inspect, inProcess, runtime, confinement }: ResolvedOptions): Inspection {
  if (debug) return "wait";
  if (inspect === false || inProcess !== undefined || runtime.kind !== "node") return "off";
  // Who may not open one must not be ended for trying, and what listens in a sandbox nobody reaches.
  const { permissions, sandbox } = confinement;
  if (sandbox !== undefined || (permissions !== undefined && !permissions.inspector)) return "off";
  const host = hostInspection();
  return inspect === true && host === "off" ? "open" : host;
}

/** How every process of an isolate is started. */
export function toGenerationSpec(
  isolatorId: number,
  options: ResolvedOptions,
  limits: LimitPlan,
  outputs: Outputs,
  recorder: Recorder | undefined,
  { hasListener, ...listener }: GenerationListener,
): GenerationSpec {
  const { name: isolate, cwd } = options;
  const { from, inProcess, lifecycle, startTimeoutMs, confinement, diagnostics, maxPayload, budget } = options;
  const pihostFolder = dirname(options.pihostPath);
  return {
    ...listener,
    publish: (generation) => {
      if (options.discoverable) publishLive(isolate, isolatorId, generation);
    },
    isolate,
    isolatorId,
    confinement,
    diagnostics,
    runtime: inProcess === undefined ? options.runtime.kind : "in-process",
    runtimeFolder: options.runtime.kind === "command" ? options.runtime.folder : "",
    pihostFolder,
    needs: options.needs,
    process: {
      ...programOf(options),
      cwd,
      stdout: outputs.stdout,
      stderr: outputs.stderr,
      limits,
      outputBytesPerSecond: options.limits.output,
      hasListener,
    },
    from,
    inspection: () => inspectionOf(options),
    lifecycle,
    lane: options.lane,
    recorder,
    startTimeoutMs,
    startProcess:
      inProcess === undefined
        ? startNodeProcess
        : (spec) => startInProcess({ executable: join(pihostFolder, "main.cjs"), ...inProcess }, spec),
    hold: (wait) => keepAlive.during(wait),
    maxPayloadBytes: maxPayload,
    budget,
  };
}
