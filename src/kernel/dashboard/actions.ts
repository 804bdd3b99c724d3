import type { KernelServiceStartResponse } from "../../contract/kernel.js";
import { REQUESTS } from "../connect/requests.js";
import type { KernelPort } from "./kernel-port.js";
import type { Action, ActionResult } from "./messages.js";

type Body = Readonly<Record<string, unknown>>;
type Act = (port: KernelPort, isolate: string, body: Body) => Promise<KernelServiceStartResponse>;

/** Said to whoever asks why an isolate is down. */
const REASON = "stopped in the dashboard";

const ACTIONS: Readonly<Record<Action, Act>> = {
  start: (port, isolate) => port.unary("Start", REQUESTS.Start, { isolate }),
  stop: (port, isolate) => port.unary("Stop", REQUESTS.Stop, { isolate, reason: REASON }),
  restart: (port, isolate) => port.unary("Restart", REQUESTS.Restart, { isolate }),
  replace: (port, isolate, { module }) => {
    if (typeof module !== "string" || module === "") throw new TypeError("module must name the new module");
    return port.unary("Replace", REQUESTS.Replace, { isolate, module });
  },
};

export function isAction(name: string | undefined): name is Action {
  return name !== undefined && Object.hasOwn(ACTIONS, name);
}

/** @throws an error with a message for people */
export async function act(port: KernelPort, action: Action, isolate: string, body: Body): Promise<ActionResult> {
  const { isolate: now } = await ACTIONS[action](port, isolate, body);
  return { isolate: { name: isolate, pid: now?.pid ?? 0, version: now?.version ?? 0 } };
}
