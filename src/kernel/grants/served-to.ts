import { FRONT_DOOR, parseUsedModule } from "../../contract/index.js";
import type { SessionCall } from "../../session/index.js";
import { type Serve, type ServedCallee, toServed } from "../../supervision/index.js";
import type { ResolvedIsolate } from "../manifest/index.js";
import { type HostTargets, hostFunction, isHostTarget } from "./host-targets.js";
import { refusalOf } from "./refusal.js";
import { withinTime } from "./within-time.js";

/** What a kernel can let isolates call. */
export interface Callable {
  readonly host: HostTargets;
  /** How one function of another isolate is called. @throws IsolationError METHOD_NOT_FOUND for what is no isolate */
  forwarder(
    target: string,
    method: string,
    idempotent: boolean,
  ): (args: readonly unknown[], call: SessionCall) => unknown;
  /** How the isolate reaches gRPC services. @throws IsolationError NOT_GRANTED */
  frontDoor(): FrontDoorAccess;
}

/** How a gRPC client in an isolate reaches the services that the isolate was granted. */
export interface FrontDoorAccess {
  /** For any gRPC client: `unix:PATH`. */
  readonly address: string;
  /** The value of the metadata `authorization`. */
  readonly authorization: string;
}

/** How many functions are remembered for one isolate. */
const MAX_REMEMBERED = 10_000;

/**
 * What one isolate may call of others and of the host. This is the only way out of its process, and it leads through here for
 * every call.
 */
export function servedTo(caller: ResolvedIsolate, callable: Callable): Serve {
  const remembered = new Map<string, ServedCallee>();
  const find = (module: string, method: string): ServedCallee | undefined => {
    const used = parseUsedModule(module);
    if (used === undefined) return undefined;
    const { target, idempotent } = used;
    if (target === FRONT_DOOR) return toServed(() => callable.frontDoor());
    const refusal = refusalOf(caller, { target, method });
    if (refusal !== undefined) throw refusal;
    if (isHostTarget(target)) {
      const callee = hostFunction(callable.host, target, method);
      return toServed((args, call) => withinTime(callee(...args), `${target}.${method}`, call));
    }
    return toServed(callable.forwarder(target, method, idempotent));
  };
  return (module, method) => {
    const key = `${module}\n${method}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const found = find(module, method);
    if (found === undefined) return undefined;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, found);
    return found;
  };
}
