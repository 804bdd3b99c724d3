import type { FeatureNeed } from "../../supervision/index.js";
import type { ResolvedOptions } from "./isolation-options.js";

/** What options ask of the process, each with the feature that keeps it. */
export function featureNeeds(options: Omit<ResolvedOptions, "needs">): FeatureNeed[] {
  const { limits, diagnostics, debug, preload, standby, discoverable, lane, confinement, asksLifecycle, record } =
    options;
  const needs: readonly (FeatureNeed & { readonly isSet: boolean })[] = [
    { option: "limits.heap", feature: "heap-limit", isSet: limits.heap !== undefined },
    { option: "permissions", feature: "permissions", isSet: confinement.permissions !== undefined },
    { option: "diagnostics", feature: "diagnostics", isSet: diagnostics !== undefined },
    { option: "debug", feature: "debug", isSet: debug },
    { option: "integrity", feature: "integrity", isSet: confinement.integrity.length > 0 },
    { option: "preload", feature: "preload", isSet: preload.length > 0 },
    { option: "lifecycle", feature: "lifecycle", isSet: asksLifecycle },
    { option: "standby", feature: "standby", isSet: standby > 0 },
    { option: "discoverable", feature: "socket", isSet: discoverable },
    { option: "record", feature: "session", isSet: record !== undefined },
    { option: 'lane: "socket"', feature: "socket", isSet: lane === "socket" },
  ];
  return needs.filter(({ isSet }) => isSet).map(({ option, feature }) => Object.freeze({ option, feature }));
}
