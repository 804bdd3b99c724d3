/** Runs the scenarios of the contract against any executable that claims to speak it. */
export { checkKnownFailures } from "./known-failures.mjs";
export { BAD, runConformance } from "./run.mjs";
export { readScenarios } from "./scenarios.mjs";
