import type { Edge } from "./edges.js";
import type { Item, Layers, Route } from "./layers.js";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

/** An edge, as SVG draws it. */
export interface Line {
  readonly edge: Edge;
  readonly path: string;
}

export interface Layout extends Size {
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

/** Along the edges: between layers, and between the parts of one that goes on. Across: between two of a layer. */
const GAP = { layers: 52, parts: 14 } as const;
const MARGIN = 14;
/** Between two of a layer, as a part of their breadth. */
const BETWEEN = 0.28;
/** How far an edge within a layer goes out of it. */
const BULGE = 30;
/** What an edge takes of a layer that it passes. */
const PASSAGE = 6;
/** From this width on the layers go from left to right, else from above to below. */
const WIDE = 620;

/** A box in the directions of the edges, and across them. */
interface Placed {
  readonly id: string;
  readonly along: number;
  readonly across: number;
  readonly length: number;
  readonly breadth: number;
}

/** Puts the layers one after the other into the room that there is; one that is too large goes on beside itself. */
export function layOut(graph: Layers, node: Size, room: Size): Layout {
  const isWide = room.width >= WIDE;
  const [length, breadth] = isWide ? [node.width, node.height] : [node.height, node.width];
  const [roomAlong, roomAcross] = isWide ? [room.width, room.height] : [room.height, room.width];
  const sizes = { length, breadth };
  const layers = partsThatFit(graph, sizes, roomAlong, isWide ? roomAcross : Math.min(roomAcross, room.width), isWide);
  const places = placed(layers, sizes, roomAlong, roomAcross, isWide);
  const extent = (of: (one: Placed) => number): number => Math.max(0, ...places.map(of)) + MARGIN;
  const [along, across] = [extent((one) => one.along + one.length), extent((one) => one.across + one.breadth)];
  const toBox = (one: Placed): Box =>
    isWide
      ? { name: one.id, x: one.along, y: one.across, width: one.length, height: one.breadth }
      : { name: one.id, x: one.across, y: one.along, width: one.breadth, height: one.length };
  const passages = new Set(graph.layers.flatMap((layer) => layer.filter((item) => item.isPassage).map(({ id }) => id)));
  const byId = new Map(places.map((one) => [one.id, one]));
  return {
    boxes: places.filter(({ id }) => !passages.has(id)).map(toBox),
    lines: graph.routes.map((route) => ({ edge: route.edge, path: pathOf(route, graph.routes, byId, isWide) })),
    width: Math.max(room.width, isWide ? along : across),
    height: isWide ? across : along,
  };
}

interface Part {
  readonly items: readonly Item[];
  /** Whether it is a further part of the layer before. */
  readonly goesOn: boolean;
}

/** Of as many items as there is room for across; of more, where there would not be room along. */
function partsThatFit(
  { layers }: Layers,
  sizes: { length: number; breadth: number },
  along: number,
  across: number,
  isWide: boolean,
): Part[] {
  const gap = Math.round(sizes.breadth * BETWEEN);
  const step = sizes.breadth + gap;
  const least = Math.max(isWide ? 3 : 1, Math.floor((across - 2 * MARGIN + gap) / step));
  const most = isWide ? Math.max(least, ...layers.map((layer) => layer.length)) : least;
  for (let capacity = least; ; capacity += 1) {
    const parts = layers.flatMap((layer) => partsOf(layer, capacity));
    const total = parts.reduce(
      (sum, { goesOn }) => sum + sizes.length + (goesOn ? GAP.parts : GAP.layers),
      2 * MARGIN - GAP.layers,
    );
    if (capacity >= most || total <= along) return parts;
  }
}

/** Edges pass only a layer that is in one part. */
function partsOf(layer: readonly Item[], capacity: number): Part[] {
  const isolates = layer.filter(({ isPassage }) => !isPassage);
  if (isolates.length <= capacity) return [{ items: layer, goesOn: false }];
  // Parts of about the same size.
  const size = Math.ceil(isolates.length / Math.ceil(isolates.length / capacity));
  return Array.from({ length: Math.ceil(isolates.length / size) }, (_, part) => ({
    items: isolates.slice(part * size, (part + 1) * size),
    goesOn: part > 0,
  }));
}

function placed(
  parts: readonly Part[],
  sizes: { length: number; breadth: number },
  roomAlong: number,
  roomAcross: number,
  isWide: boolean,
): Placed[] {
  const breadthOf = ({ isPassage }: Item): number => (isPassage ? PASSAGE : sizes.breadth);
  const gap = Math.round(sizes.breadth * BETWEEN);
  const heights = parts.map(({ items }) => items.reduce((sum, item) => sum + breadthOf(item) + gap, -gap));
  const across = Math.max(roomAcross - 2 * MARGIN, ...heights);
  const used = parts.reduce(
    (sum, { goesOn }, index) => sum + sizes.length + (index === 0 ? 0 : goesOn ? GAP.parts : GAP.layers),
    0,
  );
  // Layers that leave room stand further apart, up to a point.
  const gaps = parts.filter(({ goesOn }, index) => index > 0 && !goesOn).length;
  const spare = isWide && gaps > 0 ? Math.min(GAP.layers, Math.max(0, (roomAlong - 2 * MARGIN - used) / gaps)) : 0;
  let along = isWide ? Math.max(MARGIN, (roomAlong - used - gaps * spare) / 2) : MARGIN;
  return parts.flatMap(({ items, goesOn }, index) => {
    if (index > 0) along += sizes.length + (goesOn ? GAP.parts : GAP.layers + spare);
    let at = MARGIN + (across - (heights[index] ?? 0)) / 2;
    return items.map((item) => {
      const one = { id: item.id, along, across: at, length: sizes.length, breadth: breadthOf(item) };
      at += breadthOf(item) + gap;
      return one;
    });
  });
}

/** From the user to the used through the places between, each side's edges evenly spread over it. */
function pathOf(
  { stops, edge }: Route,
  routes: readonly Route[],
  places: ReadonlyMap<string, Placed>,
  isWide: boolean,
): string {
  const passed = stops.flatMap((id) => places.get(id) ?? []);
  const points = passed.flatMap((one, index): [number, number][] => {
    const isFirst = index === 0;
    const isLast = index === passed.length - 1;
    const middle = one.across + one.breadth / 2;
    if (!isFirst && !isLast)
      return [
        [one.along, middle],
        [one.along + one.length, middle],
      ];
    const isForward = (passed.at(-1)?.along ?? 0) > (passed[0]?.along ?? 0);
    const port = middle + one.breadth * 0.6 * share(edge, isFirst, routes, places);
    return [[one.along + (isFirst === isForward ? one.length : 0), port]];
  });
  const [first, ...rest] = points;
  if (first === undefined) return "";
  const show = ([along, across]: readonly [number, number]): string =>
    isWide ? `${round(along)} ${round(across)}` : `${round(across)} ${round(along)}`;
  if (passed[0]?.along === passed.at(-1)?.along) return bulge(passed, show);
  let [fromAlong, fromAcross] = first;
  const curves = rest.map(([along, across]) => {
    const bend = Math.max(Math.abs(along - fromAlong) / 2, 12) * Math.sign(along - fromAlong || 1);
    const curve = `C${show([fromAlong + bend, fromAcross])} ${show([along - bend, across])} ${show([along, across])}`;
    [fromAlong, fromAcross] = [along, across];
    return curve;
  });
  return `M${show(first)}${curves.join("")}`;
}

/** Between two of the same layer: out of it, and back. */
function bulge([from, to]: readonly Placed[], show: (point: readonly [number, number]) => string): string {
  if (from === undefined || to === undefined) return "";
  const side = from.along + from.length;
  const [start, end] = [from.across + from.breadth / 2, to.across + to.breadth / 2];
  return `M${show([side, start])}C${show([side + BULGE, start])} ${show([side + BULGE, end])} ${show([side, end])}`;
}

/** Where an edge leaves its side, from -0.5 to 0.5: in the order of the other ends. */
function share(edge: Edge, isFirst: boolean, routes: readonly Route[], places: ReadonlyMap<string, Placed>): number {
  const own = routes.filter((one) => (isFirst ? one.edge.from === edge.from : one.edge.to === edge.to));
  const next = ({ stops }: Route): number => places.get((isFirst ? stops[1] : stops.at(-2)) ?? "")?.across ?? 0;
  const sorted = [...own].sort((a, b) => next(a) - next(b));
  return (sorted.findIndex((one) => one.edge === edge) + 0.5) / sorted.length - 0.5;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The box that is nearest in a direction, for the arrow keys. */
export function neighbour(boxes: readonly Box[], from: Box, key: string): Box | undefined {
  const middle = ({ x, y, width, height }: Box): [number, number] => [x + width / 2, y + height / 2];
  const [fromX, fromY] = middle(from);
  const ahead = boxes.flatMap((box) => {
    const [x, y] = middle(box);
    const [dx, dy] = [x - fromX, y - fromY];
    const along = { ArrowUp: -dy, ArrowDown: dy, ArrowLeft: -dx, ArrowRight: dx }[key] ?? 0;
    const aside = key === "ArrowUp" || key === "ArrowDown" ? dx : dy;
    return along > 1 ? [{ box, cost: along + 2 * Math.abs(aside) }] : [];
  });
  return ahead.sort((a, b) => a.cost - b.cost)[0]?.box;
}
