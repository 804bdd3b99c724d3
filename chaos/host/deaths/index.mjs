import { DEATHS_BY_SIGNAL } from "./by-signal.mjs";
import { DEATHS_FROM_INSIDE } from "./from-inside.mjs";
import { DEATHS_AT_RECYCLING } from "./recycling.mjs";
import { SABOTAGE } from "./sabotage.mjs";
import { DEATHS_OF_SPARES } from "./spares.mjs";
import { DEATHS_WHILE_STARTING } from "./while-starting.mjs";

/** Every way to die. */
export const DEATHS = [
  ...DEATHS_FROM_INSIDE,
  ...DEATHS_BY_SIGNAL,
  ...DEATHS_WHILE_STARTING,
  ...DEATHS_OF_SPARES,
  ...DEATHS_AT_RECYCLING,
  ...SABOTAGE,
];
