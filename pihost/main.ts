import { hideFramesOf } from "../src/codec/index.js";
import { type Go, PIHOST_EXIT } from "../src/contract/index.js";
import { dropPermissions, verifyPermissions } from "../src/sandbox/verify-permissions.js";
import { createDescriptorLane } from "../src/session/index.js";
import { awaitGo, onHostGone, openSessionSocket, tellHost } from "./handshake.js";
import { Pihost, type PihostListener } from "./pihost.js";
import { closeStrayDescriptors } from "./stray-descriptors.js";

export { startInProcess } from "./in-process.js";

/** What the boot script lends to the bundle. */
export interface Bindings {
  /** Writes V8's cached data for the bundle, unless it is there already. */
  readonly saveCodeCache: () => void;
}

/** How much of a shutdown's reason is handed on, in characters: the host takes lines of 16 KiB. */
const REASON_LENGTH = 2_000;

/** How long after the start the cached data is written, so that it holds what a start compiles. */
const SAVE_CODE_CACHE_MS = 300;

/** Runs the isolated process: handshake, then serving until told to stop. */
export function runPihost({ saveCodeCache }: Bindings): void {
  const go = awaitGo();
  closeStrayDescriptors(go.strayDescriptors);
  hideFramesOf(__filename);
  const pihost = new Pihost(go, {
    onStopping: (reason) => tellHost({ $case: "stopping", value: { reason: reason.slice(0, REASON_LENGTH) } }),
    onDebugger: (url) => tellHost({ $case: "debugger", value: { url } }),
  });
  onHostGone(() => pihost.endWithHost());
  if (go.sessionOnDescriptor) {
    pihost.openHostSession(createDescriptorLane(openSessionSocket()));
  } else pihost.awaitHostSession();
  const serving = go.address === "" ? Promise.resolve() : pihost.serve(go);
  serving.then(
    () => {
      exitUnlessConfined(go.deniedPermissions);
      tellHost({ $case: "ready", value: {} });
      setTimeout(saveCodeCache, SAVE_CODE_CACHE_MS).unref();
    },
    (error: unknown) => {
      process.stderr.write(`pihost: cannot serve ${go.address}: ${String(error)}\n`);
      process.exit(PIHOST_EXIT.cannotServe);
    },
  );
}

/** Gives up what was needed to serve, and makes sure that the rest of what is denied is denied. */
function exitUnlessConfined(denied: readonly string[]): void {
  dropPermissions(denied);
  const mismatches = verifyPermissions(denied);
  if (mismatches.length === 0) return;
  process.stderr.write(`pihost: the permissions are not in force: ${mismatches.join("; ")}\n`);
  process.exit(PIHOST_EXIT.notConfined);
}

/** Serves without a host, for a person with grpcurl. Resolves when connections are accepted. */
export async function serveByHand(go: Go, listener: PihostListener): Promise<Pihost> {
  const pihost = new Pihost(go, listener);
  await pihost.serve(go);
  return pihost;
}
