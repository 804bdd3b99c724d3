/** What may start at once, layer after layer; or the cycles, each as a path that ends where it began. */
export type StartOrder =
  | { readonly kind: "layers"; readonly layers: readonly (readonly string[])[] }
  | { readonly kind: "cycles"; readonly paths: readonly (readonly string[])[] };

/** Cycles that are looked for: enough to mend by hand, and each costs a walk. */
const CYCLES_AT_MOST = 20;

/**
 * @param dependencies of each isolate, in the order of the manifest, which is kept within a layer
 * @returns as many cycles, where there are any, as leave none when the first edge of each is taken away; at most
 * `CYCLES_AT_MOST`
 */
export function startOrder(dependencies: ReadonlyMap<string, readonly string[]>): StartOrder {
  /** Of each that waits: what it waits for. */
  const waiting = new Map([...dependencies].map(([name, others]) => [name, new Set(others)]));
  const layers: string[][] = [];
  const paths: (readonly string[])[] = [];
  while (waiting.size > 0) {
    const layer = [...waiting].filter(([, others]) => others.size === 0).map(([name]) => name);
    if (layer.length === 0) {
      const path = cycleAmong(waiting);
      paths.push(path);
      if (paths.length === CYCLES_AT_MOST) break;
      const [from = "", to = ""] = path;
      waiting.get(from)?.delete(to);
    }
    layers.push(layer);
    for (const name of layer) waiting.delete(name);
    for (const others of waiting.values()) for (const name of layer) others.delete(name);
  }
  return paths.length === 0 ? { kind: "layers", layers } : { kind: "cycles", paths };
}

/** Each of `waiting` waits for another of them: whoever follows that comes back to where it was. */
function cycleAmong(waiting: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const path: string[] = [];
  let [name] = waiting.keys();
  while (name !== undefined && !path.includes(name)) {
    path.push(name);
    [name] = waiting.get(name) ?? [];
  }
  return name === undefined ? path : [...path.slice(path.indexOf(name)), name];
}
