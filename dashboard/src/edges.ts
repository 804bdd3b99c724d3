import type { GrantFacts, GraphNode, Reading } from "../../src/kernel/dashboard/messages.js";

export const HOST = "host";

/** Who may call whom, and what of it. */
export interface Edge {
  readonly from: string;
  /** An isolate, or the host. */
  readonly to: string;
  readonly grant: GrantFacts;
}

/** A grant of a service is one of each isolate that serves it, but for the one that uses it. */
export function edgesOf(graph: readonly GraphNode[], readings: readonly Reading[]): Edge[] {
  const names = new Set(graph.map(({ name }) => name));
  return graph.flatMap(({ name, uses }) =>
    uses.flatMap((grant): Edge[] => {
      const { target } = grant;
      if (names.has(target)) return [{ from: name, to: target, grant }];
      if (target === HOST || target.startsWith(`${HOST}.`)) return [{ from: name, to: HOST, grant }];
      return readings
        .filter((one) => one.services.includes(target) && one.name !== name)
        .map((one) => ({ from: name, to: one.name, grant }));
    }),
  );
}

/** What of its target a grant is for. */
export function exportsOf({ exports }: GrantFacts): string {
  if (exports === "*") return "everything";
  return exports.length === 0 ? "nothing" : exports.join(", ");
}
