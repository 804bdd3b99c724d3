// What the pools do, as real work: each takes one argument, as all of them can hand over.
import { marked } from "marked";
import sharp from "sharp";

const MARKDOWN = Array.from(
  { length: 60 },
  (_, n) =>
    `## Part ${n}\n\nSome *text* with [a link](https://example.org/${n}), \`code\` and a list:\n\n- one\n- two **bold**\n`,
).join("\n");
/** About 1 MiB. */
const JSON_TEXT = JSON.stringify(
  Array.from({ length: 9_500 }, (_, id) => ({
    id,
    name: `item ${id}`,
    tags: ["a", "b"],
    price: id / 7,
    text: "x".repeat(40),
  })),
);
/** Not awaited here: jest-worker loads this by require. */
const IMAGE = sharp({ create: { width: 800, height: 600, channels: 3, background: "teal" } })
  .jpeg()
  .toBuffer();
// Each process does its work on one processor: the pool is what is measured.
sharp.concurrency(1);

/** @param {number} ms */
export function spin(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return process.pid;
}
export const markdown = () => marked.parse(MARKDOWN, { async: false }).length;
export const json = () => JSON.parse(JSON_TEXT).length;
export const image = async () =>
  (
    await sharp(await IMAGE)
      .resize(200)
      .jpeg()
      .toBuffer()
  ).length;
