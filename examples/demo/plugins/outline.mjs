// A plug-in with a bug as native code has them: it goes well for a while, and then the whole process is gone.
import { marked } from "marked";

const CALLS_THAT_GO_WELL = 30;
let calls = 0;

/** The headings of a document. @param {string} markdown */
export function outline(markdown) {
  calls += 1;
  if (calls > CALLS_THAT_GO_WELL) followWildPointer();
  const headings = [];
  for (const token of marked.lexer(markdown)) {
    if (token.type === "heading") headings.push({ depth: token.depth, text: token.text });
  }
  return headings;
}

/** Windows knows no such signal. */
function followWildPointer() {
  if (process.platform === "win32") process.abort();
  process.kill(process.pid, "SIGSEGV");
}
