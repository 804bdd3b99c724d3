import type { ResolvedManifest } from "../manifest/index.js";
import { type Edge, edgesBy, edgesOf } from "./edges.js";

const CHARACTER = 8;
const BOX = { height: 36, padding: 16, gap: 48 };
const ROW = 110;
const MARGIN = 24;
/** How far a long edge goes to the side. */
const SWING = 130;

interface Box {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const STYLE = [
  "svg{--ink:#1f2328;--line:#59636e;--box:#f6f8fa;--page:#fff}",
  "@media(prefers-color-scheme:dark){svg{--ink:#e6edf3;--line:#9198a1;--box:#212830;--page:#0d1117}}",
  "text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:var(--ink);text-anchor:middle}",
  ".label{font-size:11px;fill:var(--line);stroke:var(--page);stroke-width:4px;paint-order:stroke}",
  "rect{fill:var(--box);stroke:var(--line)}",
  "path{fill:none;stroke:var(--line)}",
  "marker path{fill:var(--line);stroke:none}",
  ".lazy{stroke-dasharray:4 4}",
].join("");

/**
 * The graph as one SVG file that needs nothing else: what starts last is at the top, what it uses below it, the host at the
 * bottom. Follows the reader's light or dark mode.
 */
export function graphSvg(manifest: ResolvedManifest): string {
  const edges = edgesOf(manifest);
  const rows = manifest.layers.map((layer) => [...layer]).reverse();
  if (edges.some(({ to }) => to === "host")) rows.push(["host"]);
  const width = Math.max(...rows.map(rowWidth)) + 2 * (rows.length > 2 ? MARGIN + SWING : MARGIN);
  const height = (rows.length - 1) * ROW + BOX.height + 2 * MARGIN;
  const boxes = rows.flatMap((row, index) => placeRow(row, MARGIN + index * ROW, width));
  const byName = new Map(boxes.map((box) => [box.name, box]));
  const sides = { leaving: edgesBy("from", edges), leading: edgesBy("to", edges) };
  const lines = edges.map((edge) => drawEdge(edge, sides, byName));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(manifest.name)}</title>`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">' +
      '<path d="M0 0L8 4L0 8z"/></marker></defs>',
    ...lines.map(({ path }) => path),
    ...boxes.map(drawBox),
    ...lines.map(({ label }) => label).filter(Boolean),
    "</svg>\n",
  ].join("\n");
}

function boxWidth(name: string): number {
  return name.length * CHARACTER + 2 * BOX.padding;
}

function rowWidth(row: readonly string[]): number {
  return row.reduce((sum, name) => sum + boxWidth(name), (row.length - 1) * BOX.gap);
}

function placeRow(row: readonly string[], y: number, width: number): Box[] {
  let x = (width - rowWidth(row)) / 2;
  return row.map((name) => {
    const box = { name, x, y, width: boxWidth(name) };
    x += box.width + BOX.gap;
    return box;
  });
}

function drawBox({ name, x, y, width }: Box): string {
  const corner = name === "host" ? BOX.height / 2 : 6;
  const text = `<text x="${x + width / 2}" y="${y + BOX.height / 2 + 4}">${escaped(name)}</text>`;
  return `<g><rect x="${x}" y="${y}" width="${width}" height="${BOX.height}" rx="${corner}"/>${text}</g>`;
}

interface Line {
  readonly path: string;
  readonly label: string;
}

/** The edges that share a side of a box, by its name. */
interface Sides {
  readonly leaving: ReadonlyMap<string, readonly Edge[]>;
  readonly leading: ReadonlyMap<string, readonly Edge[]>;
}

/**
 * From one side of the user to the facing side of the used. The edges of a side share it evenly; one that passes other rows
 * swings out around them, to the right, and an arrow that goes up to the left.
 */
function drawEdge(edge: Edge, { leaving, leading }: Sides, boxes: ReadonlyMap<string, Box>): Line {
  const [start, end] = [boxes.get(edge.from), boxes.get(edge.to)];
  if (start === undefined || end === undefined) return { path: "", label: "" };
  const isDown = end.y > start.y;
  const x1 = port(start, leaving.get(edge.from) ?? [], edge);
  const x2 = port(end, leading.get(edge.to) ?? [], edge);
  const y1 = start.y + (isDown ? BOX.height : 0);
  const y2 = end.y + (isDown || end.y === start.y ? 0 : BOX.height);
  const rows = Math.abs(end.y - start.y) / ROW;
  const swing = rows > 1 ? (isDown ? SWING : -SWING) : 0;
  const bend = isDown ? (y2 - y1) / 2 : -ROW / 2;
  const [c1, c2] = [x1 + swing, x2 + swing];
  const [d1, d2] = [y1 + bend, end.y === start.y ? y2 + bend : y2 - bend];
  const style = edge.lazy ? ' class="lazy"' : "";
  const path = `<path d="M${x1} ${y1}C${c1} ${d1} ${c2} ${d2} ${x2} ${y2}"${style} marker-end="url(#tip)"/>`;
  if (edge.label === "") return { path, label: "" };
  // The middle of the curve.
  const [x, y] = [(x1 + 3 * c1 + 3 * c2 + x2) / 8, (y1 + 3 * d1 + 3 * d2 + y2) / 8];
  return { path, label: `<text class="label" x="${x}" y="${y}">${escaped(edge.label)}</text>` };
}

function port({ x, width }: Box, shared: readonly Edge[], edge: Edge): number {
  return x + (width * (shared.indexOf(edge) + 1)) / (shared.length + 1);
}

/** XML has no way to write a control character. */
function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}]/gu, "\ufffd")
    .replace(/[<>&"']/g, (character) => `&#${character.codePointAt(0)};`);
}
