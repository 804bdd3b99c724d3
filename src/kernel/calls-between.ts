import { IsolationError } from "../errors/index.js";
import { forwardedTarget } from "../isolator/index.js";
import { ANSWERED_LATER } from "../session/index.js";
import type { Callable } from "./grants/index.js";
import { type BeginCall, type FairShare, shareOf, type Unit } from "./life/index.js";

/** How one isolate calls the others, each within its share of them. */
export function callsBetween(caller: string, units: ReadonlyMap<string, Unit>): Callable["forwarder"] {
  const shares = new Map<string, FairShare>();
  return (target, method, idempotent) => {
    const unit = unitOf(units, target);
    const share = shares.get(target) ?? shareOf(unit.definition, callersOf(units, target));
    shares.set(target, share);
    const forwarded = forwardedTarget(caller, method, idempotent);
    const begin: BeginCall = (call) => unit.forward(forwarded, call);
    return (args, origin) => {
      share.run(begin, args, origin);
      return ANSWERED_LATER;
    };
  };
}

function callersOf(units: ReadonlyMap<string, Unit>, target: string): number {
  return [...units.values()].filter(({ definition }) => definition.uses.has(target)).length;
}

/** A target that an isolate was granted. */
function unitOf(units: ReadonlyMap<string, Unit>, target: string): Unit {
  const unit = units.get(target);
  if (unit !== undefined) return unit;
  const how = "call it by any gRPC client, as frontDoor() of process-isolation/pihost says";
  throw new IsolationError("METHOD_NOT_FOUND", `${target} is a gRPC service: ${how}`);
}
