import { propertyPath } from "./not-serializable.js";

/** Where inside a Map or Set the walk stands. One object per container, moved along. */
export interface EntryStep {
  part: "key" | "value" | "member";
  index: number;
  key: unknown;
}

/** A property, an index, or an entry. */
export type PathStep = string | number | EntryStep;

const SHOWN_AT_EACH_END = 12;

/** `args[0].users.get("ann").tags[3]`. */
export function formatPath(root: string, steps: readonly PathStep[]): string {
  const hidden = steps.length - 2 * SHOWN_AT_EACH_END;
  if (hidden <= 1) return root + steps.map(formatStep).join("");
  const first = steps.slice(0, SHOWN_AT_EACH_END).map(formatStep).join("");
  const last = steps.slice(-SHOWN_AT_EACH_END).map(formatStep).join("");
  return `${root}${first}…(${hidden} more)…${last}`;
}

function formatStep(step: PathStep): string {
  if (typeof step === "number") return `[${step}]`;
  if (typeof step === "string") return propertyPath(step);
  if (step.part === "member") return `.values()[${step.index}]`;
  if (step.part === "key") return `.keys()[${step.index}]`;
  const named = typeof step.key === "string" || typeof step.key === "number" || typeof step.key === "boolean";
  return named ? `.get(${JSON.stringify(step.key)})` : `.entries()[${step.index}][1]`;
}
