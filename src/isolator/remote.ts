import type { Remote } from "../inside/index.js";
import { createMemberProxy, RemoteModule } from "../session/index.js";

/** The function that calls an export path. */
export type Bind = (path: string) => (...args: unknown[]) => Promise<unknown>;

/** How many members of one object are remembered, so that reading one again gives the same function. */
const MAX_MEMBERS = 10_000;

/**
 * A proxy whose every member is a call of the export of that name; members of members extend the export path.
 *
 * @param module its name, for whoever prints the proxy
 */
export function createRemote<T>(module: string, bind: Bind): Remote<T> {
  const options = { bind, isNested: true, isIterable: false, maxMembers: MAX_MEMBERS };
  return createMemberProxy(new RemoteModule(module), options) as Remote<T>;
}
