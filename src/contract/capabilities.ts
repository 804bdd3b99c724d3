import { FEATURES, type Feature, VALUE_KINDS, type ValueKind } from "./features.js";
import type { Hello } from "./gen/pihost/v1/handshake.js";

/** What one process can do, of what this version knows. */
export interface Capabilities {
  readonly features: ReadonlySet<Feature>;
  /** The kinds of values that it takes; all of them where it is a Node.js. */
  readonly values: ReadonlySet<ValueKind>;
  /** Whether it speaks Session on descriptor 4. */
  readonly sessionOnDescriptor: boolean;
  /** Whether its hello is one of 0.1.0, which knew no names of features. */
  readonly isUnnamed: boolean;
}

/** What 0.1.0 asked of a Node.js by its flags or its inspector, whatever it had started. */
const OF_NODE: readonly Feature[] = ["heap-limit", "permissions", "diagnostics", "debug", "code-cache"];

/** A hello that names nothing is one of 0.1.0: it has all of that, but what has fields of its own or takes a Node.js. */
export function capabilitiesOf(hello: Hello): Capabilities {
  const { features, values, sessionOnDescriptor, sharedMemory, checksIntegrity } = hello;
  const isUnnamed = features.length === 0 && values.length === 0;
  const isNode = /^node\b/i.test(hello.runtime);
  const has = (feature: Feature): boolean => {
    if (feature === "shared-memory" && sharedMemory) return true;
    if (feature === "integrity" && checksIntegrity) return true;
    if (!isUnnamed) return features.includes(feature);
    if (feature === "shared-memory" || feature === "integrity") return false;
    return isNode || !OF_NODE.includes(feature);
  };
  return {
    features: new Set(FEATURES.filter(has)),
    values: new Set(VALUE_KINDS.filter((kind) => isUnnamed || values.includes(kind))),
    sessionOnDescriptor,
    isUnnamed,
  };
}
