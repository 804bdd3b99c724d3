import type { ResolvedManifest } from "../manifest/index.js";
import { type Edge, edgesOf } from "./edges.js";

const CHARACTER = 8;
const BOX = { height: 36, padding: 16, gap: 48 };
const ROW = 110;
const MARGIN = 24;

interface Box {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const STYLE = [
  "svg{--ink:#1f2328;--line:#59636e;--box:#f6f8fa}",
  "@media(prefers-color-scheme:dark){svg{--ink:#e6edf3;--line:#9198a1;--box:#212830}}",
  "text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:var(--ink);text-anchor:middle}",
  ".label{font-size:11px;fill:var(--line)}",
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
  const width = Math.max(...rows.map(rowWidth)) + 2 * MARGIN;
  const height = (rows.length - 1) * ROW + BOX.height + 2 * MARGIN;
  const boxes = rows.flatMap((row, index) => placeRow(row, MARGIN + index * ROW, width));
  const byName = new Map(boxes.map((box) => [box.name, box]));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(manifest.name)}</title>`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse">' +
      '<path d="M0 0L8 4L0 8z"/></marker></defs>',
    ...edges.map((edge) => drawEdge(edge, byName)),
    ...boxes.map(drawBox),
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

/** From the lower side of the user to the upper side of the used; a lazy edge may go up, or along a row. */
function drawEdge({ from, to, label, lazy }: Edge, boxes: ReadonlyMap<string, Box>): string {
  const [start, end] = [boxes.get(from), boxes.get(to)];
  if (start === undefined || end === undefined) return "";
  const isDown = end.y > start.y;
  const [x1, y1] = [start.x + start.width / 2, start.y + (isDown ? BOX.height : 0)];
  const [x2, y2] = [end.x + end.width / 2, end.y + (isDown || end.y === start.y ? 0 : BOX.height)];
  const bend = isDown ? (y2 - y1) / 2 : -ROW / 3;
  const end2 = end.y === start.y ? y2 + bend : y2 - bend;
  const path = `<path d="M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${end2} ${x2} ${y2}"${lazy ? ' class="lazy"' : ""} marker-end="url(#tip)"/>`;
  const text =
    label === "" ? "" : `<text class="label" x="${(x1 + x2) / 2}" y="${(y1 + y2) / 2 - 4}">${escaped(label)}</text>`;
  return path + text;
}

/** XML has no way to write a control character. */
function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}]/gu, "\ufffd")
    .replace(/[<>&"']/g, (character) => `&#${character.codePointAt(0)};`);
}
