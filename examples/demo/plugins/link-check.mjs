// A plug-in that throws: a document whose links lead nowhere is an error of this kind.
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { marked } from "marked";

/**
 * Looks up the files that a document links to. Returns how many there are.
 *
 * @param {string} path where the document is
 * @param {string} markdown
 * @throws RangeError with the `href` that leads nowhere; its cause is what the file system said
 */
export function checkLinks(path, markdown) {
  let links = 0;
  marked.walkTokens(marked.lexer(markdown), (token) => {
    if (token.type !== "link" || !/^[\w.][^:?#]*(#|$)/.test(token.href)) return;
    links += 1;
    lookUp(dirname(path), token.href);
  });
  return links;
}

/** @param {string} folder @param {string} href */
function lookUp(folder, href) {
  const [file = ""] = href.split("#");
  try {
    statSync(join(folder, decodeURIComponent(file)));
  } catch (cause) {
    throw Object.assign(new RangeError(`the link to ${href} leads nowhere`, { cause }), { href });
  }
}
