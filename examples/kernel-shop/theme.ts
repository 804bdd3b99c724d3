// Sellers' style sheets, compiled by a native add-on: its parser is recursive, and 10,000 open braces overflow its stack.
// That is a segmentation fault, which no try and no catch survives. It is this process's, and nobody else's.
import { transform } from "lightningcss";

export function compile({ css }: { css: string }): string {
  return transform({ filename: "theme.css", code: Buffer.from(css), minify: true }).code.toString();
}
