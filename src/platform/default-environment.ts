import { posixEnvironment } from "./default-environment.posix.js";
import { windowsEnvironment } from "./default-environment.windows.js";
import { forThisSystem } from "./for-this-system.js";

const selectOnThisSystem = forThisSystem({
  linux: posixEnvironment,
  macos: posixEnvironment,
  windows: windowsEnvironment,
});

/**
 * The variables that an isolated process gets unless told otherwise: who and where the user is, the language, the time
 * zone, the search path and the temporary directory. The lists stand in `default-environment.posix.ts` and
 * `default-environment.windows.ts`.
 *
 * Nothing else of the host's environment crosses, above all no secrets. Left out on purpose:
 * - `NODE_OPTIONS` and its kin, which would change how the child runs;
 * - `NODE_EXTRA_CA_CERTS`, which adds some 50 ms to each start of Node 20;
 * - `XDG_RUNTIME_DIR`, the way to the session's bus, keyring and agents. A host inside an isolate uses the temporary
 *   directory instead.
 *
 * @param environment What to choose from; default `process.env`.
 */
export function defaultEnvironment(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return selectOnThisSystem(environment);
}
