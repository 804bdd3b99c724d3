/** What may start at once, layer after layer; or the first cycle that was found, as a path that ends where it began. */
export type StartOrder =
  | { readonly kind: "layers"; readonly layers: readonly (readonly string[])[] }
  | { readonly kind: "cycle"; readonly path: readonly string[] };

/** @param dependencies of each isolate, in the order of the manifest, which is kept within a layer */
export function startOrder(dependencies: ReadonlyMap<string, readonly string[]>): StartOrder {
  const layers: string[][] = [];
  const placed = new Set<string>();
  let waiting = [...dependencies.keys()];
  while (waiting.length > 0) {
    const isFree = (name: string) => (dependencies.get(name) ?? []).every((other) => placed.has(other));
    const layer = waiting.filter(isFree);
    if (layer.length === 0) return { kind: "cycle", path: cycleAmong(waiting, dependencies) };
    layers.push(layer);
    for (const name of layer) placed.add(name);
    waiting = waiting.filter((name) => !placed.has(name));
  }
  return { kind: "layers", layers };
}

/** Each of `waiting` waits for another of them: whoever follows that comes back to where it was. */
function cycleAmong(
  waiting: readonly string[],
  dependencies: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const path: string[] = [];
  let name = waiting[0];
  while (name !== undefined && !path.includes(name)) {
    path.push(name);
    name = dependencies.get(name)?.find((other) => waiting.includes(other));
  }
  return name === undefined ? path : [...path.slice(path.indexOf(name)), name];
}
