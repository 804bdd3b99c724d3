/** Tells a process by which options it is confined, for its messages alone; it hides that from its modules. */
const VARIABLE = "PROCESS_ISOLATION_CONFINED_BY";

/** What makes files invisible though they are there. */
export type Confiner = "sandbox" | "uid";

/** For the environment of a process. */
export function confinedByEnvironment(confiners: readonly Confiner[]): Readonly<Record<string, string>> {
  return confiners.length === 0 ? {} : { [VARIABLE]: confiners.join(",") };
}

/** In the process: reads it, and removes it from the environment. */
export function takeConfinedBy(environment: Record<string, string | undefined>): readonly string[] {
  const value = environment[VARIABLE];
  delete environment[VARIABLE];
  return value === undefined ? [] : value.split(",");
}
