import type { GraphNode } from "../../src/kernel/dashboard/messages.js";
import { type Edge, HOST } from "./edges.js";

/** What stands in a layer: an isolate, or the place where an edge passes on its way to a further layer. */
export interface Item {
  readonly id: string;
  readonly isPassage: boolean;
}

/** An edge with the places that it passes, from its user to what is used. */
export interface Route {
  readonly edge: Edge;
  readonly stops: readonly string[];
}

export interface Layers {
  readonly layers: readonly (readonly Item[])[];
  readonly routes: readonly Route[];
}

/** How often the order within the layers is improved: even, so that it ends in the direction in which it began. */
const SWEEPS = 6;

/** Layers as the kernel starts them, in reverse: first what starts last, then what it uses, and the host at the end. */
export function layersOf(graph: readonly GraphNode[], edges: readonly Edge[]): Layers {
  const layers = startLayers(graph).reverse();
  if (edges.some(({ to }) => to === HOST)) layers.push([HOST]);
  const layerOf = new Map(layers.flatMap((layer, index) => layer.map((name) => [name, index] as const)));
  const items: Item[][] = layers.map((layer) => layer.map((id) => ({ id, isPassage: false })));
  const routes = edges.map((edge, index): Route => {
    const [from = 0, to = 0] = [layerOf.get(edge.from), layerOf.get(edge.to)];
    const passed = Array.from({ length: Math.max(0, to - from - 1) }, (_, step) => `${index} ${from + 1 + step}`);
    for (const [step, id] of passed.entries()) items[from + 1 + step]?.push({ id, isPassage: true });
    return { edge, stops: [edge.from, ...passed, edge.to] };
  });
  return { layers: inOrder(items, routes), routes };
}

/** Each when those that it waits for are placed. */
function startLayers(graph: readonly GraphNode[]): string[][] {
  const layers: string[][] = [];
  const placed = new Set<string>();
  let waiting = [...graph];
  while (waiting.length > 0) {
    const free = waiting.filter(({ dependencies }) => dependencies.every((one) => placed.has(one)));
    // A kernel has no cycle; a page that is told of one ends all the same.
    const layer = free.length > 0 ? free : waiting;
    for (const { name } of layer) placed.add(name);
    layers.push(layer.map(({ name }) => name));
    waiting = waiting.filter(({ name }) => !placed.has(name));
  }
  return layers;
}

/** Each beside the middle of what it is joined with in the layer before, and then in the one after: fewer edges cross. */
function inOrder(items: readonly Item[][], routes: readonly Route[]): Item[][] {
  const joined = new Map<string, string[]>();
  for (const { stops } of routes) {
    stops.slice(1).forEach((stop, index) => {
      const before = stops[index] as string;
      joined.set(stop, [...(joined.get(stop) ?? []), before]);
      joined.set(before, [...(joined.get(before) ?? []), stop]);
    });
  }
  let layers = items.map((layer) => [...layer]);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    // There and back; each is sorted by the one before it, which has been.
    for (const [index, layer] of layers.entries()) {
      const before = layers[index - 1];
      if (before !== undefined) layers[index] = byMiddle(layer, before, joined);
    }
    layers = layers.reverse();
  }
  return layers;
}

function byMiddle(
  layer: readonly Item[],
  before: readonly Item[],
  joined: ReadonlyMap<string, readonly string[]>,
): Item[] {
  const places = new Map(before.map(({ id }, index) => [id, (index + 0.5) / before.length]));
  const middles = new Map(
    layer.map(({ id }, index) => {
      const found = (joined.get(id) ?? []).flatMap((other) => places.get(other) ?? []);
      const own = (index + 0.5) / layer.length;
      return [id, found.length === 0 ? own : found.reduce((sum, place) => sum + place, 0) / found.length];
    }),
  );
  return [...layer].sort((a, b) => (middles.get(a.id) ?? 0) - (middles.get(b.id) ?? 0));
}
