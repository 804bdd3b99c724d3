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
  const edges = new Map([...dependencies].map(([name, others]) => [name, new Set(others)]));
  const layers: string[][] = [];
  const paths: (readonly string[])[] = [];
  const placed = new Set<string>();
  let waiting = [...edges.keys()];
  while (waiting.length > 0) {
    const layer = waiting.filter((name) => [...edgesOf(edges, name)].every((other) => placed.has(other)));
    if (layer.length === 0) {
      const path = cycleAmong(waiting, edges);
      paths.push(path);
      if (paths.length === CYCLES_AT_MOST) break;
      const [from = "", to = ""] = path;
      edges.get(from)?.delete(to);
    }
    layers.push(layer);
    for (const name of layer) placed.add(name);
    waiting = waiting.filter((name) => !placed.has(name));
  }
  return paths.length === 0 ? { kind: "layers", layers } : { kind: "cycles", paths };
}

type Edges = ReadonlyMap<string, ReadonlySet<string>>;

function edgesOf(edges: Edges, name: string): ReadonlySet<string> {
  return edges.get(name) ?? new Set();
}

/** Each of `waiting` waits for another of them: whoever follows that comes back to where it was. */
function cycleAmong(waiting: readonly string[], edges: Edges): readonly string[] {
  const path: string[] = [];
  let name = waiting[0];
  while (name !== undefined && !path.includes(name)) {
    path.push(name);
    name = [...edgesOf(edges, name)].find((other) => waiting.includes(other));
  }
  return name === undefined ? path : [...path.slice(path.indexOf(name)), name];
}
