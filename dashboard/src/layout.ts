import type { GraphNode } from "../../src/kernel/dashboard/messages.js";
import { type Edge, HOST } from "./edges.js";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

export interface Layout extends Size {
  readonly boxes: readonly Box[];
}

const GAP = { x: 20, y: 40 } as const;
/** Between rows of one layer, which do not use each other. */
const WITHIN = 14;
const MARGIN = 16;

/**
 * Layers: what starts last at the top, what it uses below it, the host at the bottom. A layer that is wider than there is room
 * goes on in further rows. In a layer, those stand side by side that are used by the same.
 */
export function layOut(graph: readonly GraphNode[], edges: readonly Edge[], node: Size, width: number): Layout {
  const layers = layersOf(graph).reverse();
  if (edges.some(({ to }) => to === HOST)) layers.push([HOST]);
  const perRow = Math.max(1, Math.floor((width - 2 * MARGIN + GAP.x) / (node.width + GAP.x)));
  const places = new Map<string, number>();
  const boxes: Box[] = [];
  let y = MARGIN;
  for (const layer of layers) {
    const ordered = byUsers(layer, edges, places);
    for (let start = 0; start < ordered.length; start += perRow) {
      const row = ordered.slice(start, start + perRow);
      const total = row.length * (node.width + GAP.x) - GAP.x;
      const left = Math.max(MARGIN, (width - total) / 2);
      row.forEach((name, index) => {
        const x = left + index * (node.width + GAP.x);
        places.set(name, x);
        boxes.push({ name, x, y, ...node });
      });
      y += node.height + (start + perRow < ordered.length ? WITHIN : GAP.y);
    }
  }
  return { boxes, width: Math.max(width, node.width + 2 * MARGIN), height: y - GAP.y + MARGIN };
}

/** Each when those that it waits for are placed, as kernels start. */
function layersOf(graph: readonly GraphNode[]): string[][] {
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

/** By the middle of those above that use each; those that nobody uses stay in their order, at the end. */
function byUsers(layer: readonly string[], edges: readonly Edge[], places: ReadonlyMap<string, number>): string[] {
  const middle = new Map(
    layer.map((name) => {
      const above = edges.filter(({ to }) => to === name).flatMap(({ from }) => places.get(from) ?? []);
      const mean = above.reduce((sum, x) => sum + x, 0) / above.length;
      return [name, above.length === 0 ? Number.POSITIVE_INFINITY : mean];
    }),
  );
  const of = (name: string): number => middle.get(name) ?? 0;
  return [...layer].sort((a, b) => (of(a) === of(b) ? 0 : of(a) - of(b)));
}

/** The curve of an edge: from one side of the user to the facing side of the used. */
export function pathOf(from: Box, to: Box): string {
  const isLevel = from.y === to.y;
  const isDown = to.y > from.y;
  const x1 = from.x + from.width / 2;
  const x2 = to.x + to.width / 2;
  const y1 = from.y + (isDown || isLevel ? from.height : 0);
  const y2 = to.y + (isLevel ? to.height : isDown ? 0 : to.height);
  const bend = isLevel ? 24 : (y2 - y1) / 2;
  return `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${isLevel ? y2 + bend : y2 - bend} ${x2} ${y2}`;
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
