import { IsolationError, type IsolationFacts } from "../../errors/index.js";
import type { CgroupLimits } from "./process-cgroups.js";

/** The options behind the values that groups hold. */
const OPTIONS: { readonly [limit in keyof CgroupLimits]: string } = {
  memory: "memory",
  pids: "pids",
  cpuset: "affinity",
  cpu: "cpu",
};

/**
 * A process was not started, or goes at once, because it would have run without limits that it was to have.
 *
 * @param limits those in question
 */
export function limitRefused(limits: Partial<CgroupLimits>, cause: unknown): IsolationError {
  const refused = Object.entries(limits).filter(([, bound]) => bound !== undefined);
  const names = refused.map(([limit, bound]) => `limits.${OPTIONS[limit as keyof CgroupLimits]} (${bound})`).join(", ");
  const problem = cause instanceof Error ? cause.message : String(cause);
  return new IsolationError("START_FAILED", `${names} cannot be put into force: ${problem}`, {
    cause,
    facts: { reason: "start-failed", ...onlyLimit(refused) },
  });
}

function onlyLimit(refused: readonly (readonly [string, unknown])[]): IsolationFacts {
  const [[limit, bound] = []] = refused;
  if (refused.length !== 1 || typeof bound !== "number") return {};
  return { limit: OPTIONS[limit as keyof CgroupLimits], bound };
}
