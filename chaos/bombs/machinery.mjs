import { limitMachinery, NO_MACHINERY } from "../../dist/src/limits/index.js";

const machinery = /** @type {{ cgroups: import("../../dist/src/limits/index.js").Machinery["cgroups"] }} */ (
  limitMachinery()
);
const own = machinery.cgroups;

/** Whether there are cgroups to have limits held by. */
export const HAS_CGROUPS = Object.keys(own.parents).length > 0;

/**
 * Limits as on a machine where nobody may make cgroups, which is so in most containers; or again with all that this one
 * offers. To be called while no isolate lives.
 * @param {boolean} yes
 */
export function allowCgroups(yes) {
  machinery.cgroups = yes ? own : NO_MACHINERY.cgroups;
}
