/** The life of a kernel's isolates: their start, what follows a death, their replacement, their end. */
export { Conductor, type ConductorListener } from "./conductor.js";
export { startInOrder } from "./start-in-order.js";
export { stopInOrder } from "./stop-in-order.js";
export { Unit, type UnitState, type UnitSurroundings } from "./unit.js";
