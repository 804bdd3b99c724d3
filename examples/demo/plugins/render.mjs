// A plug-in that behaves: Markdown to HTML.
import { marked } from "marked";

/** @param {string} markdown */
export function render(markdown) {
  return marked.parse(markdown, { async: false });
}
