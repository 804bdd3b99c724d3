/** The life of a kernel's isolates: their start, what follows a death, their replacement, their end. */
export { Conductor, type ConductorListener } from "./conductor.js";
export { type BeginCall, type FairShare, shareOf } from "./fair-share.js";
export { startInOrder } from "./start-in-order.js";
export { stopInOrder } from "./stop-in-order.js";
export { Unit } from "./unit.js";
export type { Instance, UnitProcesses } from "./unit-processes.js";
export type { UnitState } from "./unit-state.js";
export type { UnitSurroundings } from "./unit-surroundings.js";
