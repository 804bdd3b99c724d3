import { findBridge, type UseOptions } from "./bridge.js";
import { FRONT_DOOR } from "./front-door-target.js";
import type { Remote } from "./remote-types.js";

/** How a gRPC client in an isolate reaches the services that the isolate was granted. */
export interface FrontDoorAccess {
  /** For any gRPC client: `unix:PATH`. */
  readonly address: string;
  /** The value of the metadata `authorization`, which every request needs. */
  readonly authorization: string;
}

/**
 * How this isolate reaches the gRPC services of the kernel's front door that its `uses` in the manifest names.
 *
 * @throws IsolationError NOT_GRANTED when it names none
 * @throws Error outside of an isolated process
 */
export function frontDoor(): Promise<FrontDoorAccess> {
  return use<{ access(): FrontDoorAccess }>(FRONT_DOOR).access();
}

/**
 * What the kernel lets this isolate use: another isolate by its name, or functions of the host (`"host"`, `"host.log"`).
 * Every member is an asynchronous call, with all that calls can carry: rich values, streams, callbacks, signals. Making the
 * proxy calls nothing, and so it may stand at the top of a module.
 *
 * Calls reject with NOT_GRANTED where the isolate's `uses` in the manifest does not name the target, or not that export. A
 * call that is made within another one inherits what is left of its time, and its trace, and is cancelled with it.
 *
 * @param options of every call through this proxy; making another one for other options costs nothing
 * @throws Error outside of an isolated process
 */
export function use<T>(target: string, options: UseOptions = {}): Remote<T> {
  const bridge = findBridge();
  if (bridge?.use !== undefined) return bridge.use(target, options) as Remote<T>;
  throw new Error(`use(${JSON.stringify(target)}) works in the isolates of a kernel: this process is none`);
}
