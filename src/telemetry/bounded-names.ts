import { type ERROR_CODES, IsolationError } from "../errors/index.js";

/** What stands for all names beyond the bound, as OpenTelemetry's conventions have it. */
export const OTHER = "_OTHER";

/**
 * Names that become labels of metrics: each costs memory where they are kept for ever, and callers choose them. The first ones are
 * kept, and all others are one.
 */
export class BoundedNames {
  readonly #most: number;
  readonly #names = new Map<string, Set<string>>();

  /** @param most names in each group */
  constructor(most: number) {
    this.#most = most;
  }

  /** The name itself, or `OTHER`. */
  in(group: string, name: string): string {
    let names = this.#names.get(group);
    if (names === undefined) {
      names = new Set();
      this.#names.set(group, names);
    }
    if (names.has(name)) return name;
    if (names.size >= this.#most) return OTHER;
    names.add(name);
    return name;
  }

  /** Nothing of the group is there any more. */
  forget(group: string): void {
    this.#names.delete(group);
  }
}

/** What failed calls are counted under: the framework's own code, or `error` for what the module itself threw. */
export type FailureKind = keyof typeof ERROR_CODES | "error";

export function failureKindOf(error: unknown): FailureKind {
  return IsolationError.is(error) ? error.code : "error";
}

/** Whether a call failed because there is nothing of that name: then the name says nothing but what its caller made up. */
export function isUnknownMethod(kind: FailureKind): boolean {
  return kind === "METHOD_NOT_FOUND" || kind === "NOT_GRANTED" || kind === "INVALID_OPTION";
}
