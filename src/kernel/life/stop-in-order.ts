import type { Unit } from "./unit.js";

/** Ends isolates, each when nobody that depends on it is left. Resolves when all are gone; never rejects. */
export async function stopInOrder(
  units: ReadonlyMap<string, Unit>,
  options: { readonly reason: string; readonly graceMs: number | undefined },
): Promise<void> {
  const gone = new Map<string, Promise<unknown>>();
  const dependants = (name: string): (Promise<unknown> | undefined)[] =>
    [...units.values()]
      .filter(({ definition }) => definition.dependencies.includes(name))
      .map((dependant) => gone.get(dependant.name));
  for (const [name, unit] of [...units].reverse()) {
    const stop = Promise.all(dependants(name)).then(() => unit.stop(options.reason, options.graceMs));
    gone.set(
      name,
      stop.catch(() => {}),
    );
  }
  await Promise.all(gone.values());
}
