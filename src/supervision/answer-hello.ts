import type { Feature, Go } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import { type Greeting, type Inspection, PACKAGE_VERSION } from "../process/index.js";
import { strayDescriptors } from "../sandbox/index.js";
import type { GenerationSpec } from "./generation.js";
import type { GenerationLaunch } from "./generation-resources.js";

/** Which process is answered. */
export interface AnsweredProcess {
  readonly number: number;
  readonly token: string;
  readonly inspection: Inspection;
}

/** What the answer depends on. */
export type AnsweringSpec = Pick<
  GenerationSpec,
  "isolate" | "from" | "lane" | "recorder" | "needs" | "lifecycle" | "maxPayloadBytes"
> & { readonly confinement: Pick<GenerationSpec["confinement"], "integrity"> };

/**
 * What a process is told: nothing that its hello has not asked for.
 *
 * @throws IsolationError `INVALID_OPTION` for an option that it has no feature for
 */
export function answerHello(
  greeting: Greeting,
  spec: AnsweringSpec,
  launch: Pick<GenerationLaunch, "provide" | "deniedPermissions">,
  { number, token, inspection }: AnsweredProcess,
): Go {
  const { capabilities, protocol } = greeting;
  const { features, isUnnamed } = capabilities;
  refuseOptions(greeting, spec);
  const { lifecycle, maxPayloadBytes } = spec;
  const sessionOnDescriptor = speaksOnDescriptor(greeting, spec);
  const provided = launch.provide({ socket: features.has("socket"), sharedMemory: usesSharedMemory(greeting, spec) });
  const hasLifecycle = features.has("lifecycle");
  const used = {
    socket: provided.address !== "",
    "shared-memory": provided.sharedMemory !== undefined,
    integrity: spec.confinement.integrity.length > 0,
    permissions: launch.deniedPermissions.length > 0,
    debug: inspection !== "off",
  } as Readonly<Partial<Record<Feature, boolean>>>;
  return {
    protocol,
    token,
    address: provided.address,
    isolate: spec.isolate,
    generation: number,
    from: spec.from,
    debug: inspection === "wait" && features.has("debug"),
    inspect: inspection === "open" && features.has("debug"),
    sharedMemory: provided.sharedMemory?.folder ?? "",
    sessionOnDescriptor,
    deniedPermissions: [...launch.deniedPermissions],
    integrity: [...spec.confinement.integrity],
    strayDescriptors: strayDescriptors(),
    listeningDescriptor: provided.listeningDescriptor,
    lifecycle: lifecycle === true || !hasLifecycle ? [] : [...lifecycle],
    lifecycleOfAll: lifecycle === true && hasLifecycle,
    features: isUnnamed ? [] : [...features].filter((feature) => used[feature] ?? true),
    hostVersion: PACKAGE_VERSION ?? "",
    maxPayload: Number.isSafeInteger(maxPayloadBytes) ? maxPayloadBytes : 0,
  };
}

/** Whether the host's Session with it is on descriptor 4. */
export function speaksOnDescriptor({ capabilities }: Greeting, { lane }: Pick<GenerationSpec, "lane">): boolean {
  return lane === "descriptor" && capabilities.sessionOnDescriptor && capabilities.features.has("session");
}

/**
 * Only there: on a socket, the process could not know whose segments it is told of. What is in a segment would be in no
 * record.
 */
function usesSharedMemory(greeting: Greeting, spec: AnsweringSpec): boolean {
  if (spec.recorder !== undefined) return false;
  return greeting.capabilities.features.has("shared-memory") && speaksOnDescriptor(greeting, spec);
}

function refuseOptions({ capabilities, peer }: Greeting, { needs }: AnsweringSpec): void {
  const refused = needs.find(({ feature }) => !capabilities.features.has(feature));
  if (refused === undefined) return;
  const { option, feature } = refused;
  // Its meaning in 0.1.0: the process says less than it must.
  if (capabilities.isUnnamed && feature === "integrity") {
    throw new IsolationError(
      "PROTOCOL",
      `the process (${peer}) does not check modules, as the option integrity asks for`,
    );
  }
  throw new IsolationError(
    "INVALID_OPTION",
    `${option} needs a runtime with the feature ${JSON.stringify(feature)}, which the process (${peer}) does not have; ` +
      "leave the option out, or start another runtime",
  );
}
