import { readFileSync } from "node:fs";
import Module from "node:module";
import { pathToFileURL } from "node:url";
import { type ExpectedDigests, otherBytes, sha256Of } from "./module-digest.js";

/** What every `require`, also one by `createRequire` or `Module._load`, ends in; it has no types. */
interface Loading {
  load(filename: string): void;
  _compile(content: string, filename: string): unknown;
}

/**
 * Sees to it that CommonJS modules which are expected run with the expected bytes or not at all, on a Node.js whose hooks
 * do not see what is required.
 *
 * @param onChecked told the URL of each file that was let through, and its digest
 */
export function guardRequire(expected: ExpectedDigests, onChecked: (url: string, sha256: string) => void): void {
  const prototype = Module.prototype as unknown as Loading;
  const { load, _compile: compile } = prototype;
  /** What was read for the check, as the loader decodes it. */
  const checked = new Map<string, string>();
  prototype.load = function (filename) {
    const url = pathToFileURL(filename).href;
    const sha256 = expected.of(url);
    if (sha256 !== undefined) {
      const bytes = readFileSync(filename);
      const found = sha256Of(bytes);
      if (found !== sha256) throw otherBytes(url, found, sha256);
      checked.set(filename, withoutMark(bytes.toString("utf8")));
      onChecked(url, found);
    }
    load.call(this, filename);
  };
  prototype._compile = function (content, filename) {
    const text = checked.get(filename);
    const url = pathToFileURL(filename).href;
    const sha256 = expected.of(url);
    // The loader reads the file once more, and somebody may have exchanged it meanwhile.
    if (sha256 !== undefined && withoutMark(content) !== text) {
      const found = sha256Of(Buffer.from(content));
      if (found !== sha256) throw otherBytes(url, found, sha256);
    }
    return compile.call(this, content, filename);
  };
}

/** The byte-order mark, which Node leaves out too. */
function withoutMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}
