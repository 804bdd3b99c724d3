// Reads declaration files as the compiler writes them: one declaration at a time, with its comment.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/**
 * @typedef {{ doc: string, text: string }} Member one member of a class or interface, on one line
 * @typedef {{ name: string, kind: string, doc: string, head: string, members: Member[] }} Declaration
 */

const DECLARATION = /^export (?:declare )?(?:abstract )?(class|interface|type|function|const) ([\w$]+)/;
const REEXPORT = /^export (?:type )?\{([^}]*)\} from "([^"]+)";/gm;

/**
 * The exports of a file in their order, each with all its declarations: a function may have several.
 * @param {string} file
 * @returns {Map<string, Declaration[]>}
 */
export function exportsOf(file) {
  const source = readFileSync(file, "utf8");
  /** @type {Map<string, Declaration[]>} */
  const found = new Map();
  for (const [, names = "", from = ""] of source.matchAll(REEXPORT)) {
    const target = resolve(dirname(file), from.replace(/\.js$/, ".d.ts"));
    const there = exportsOf(target);
    for (const name of names.split(",").map((each) => each.trim().replace(/^type /, ""))) {
      const declarations = there.get(name);
      if (declarations !== undefined) found.set(name, declarations);
    }
  }
  for (const declaration of declarationsIn(source)) {
    found.set(declaration.name, [...(found.get(declaration.name) ?? []), declaration]);
  }
  return found;
}

/**
 * All declarations below a folder, by name: for what others extend.
 * @param {string} folder
 * @returns {Map<string, Declaration>}
 */
export function declarationsBelow(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".d.ts"));
  const all = files.sort().flatMap((name) => declarationsIn(readFileSync(join(folder, name), "utf8")));
  return new Map(all.map((declaration) => [declaration.name, declaration]));
}

/** @param {string} source @returns {Declaration[]} */
function declarationsIn(source) {
  const lines = source.split("\n");
  /** @type {Declaration[]} */
  const found = [];
  for (let at = 0; at < lines.length; at += 1) {
    const match = DECLARATION.exec(lines[at] ?? "");
    if (match === null) continue;
    const [, kind = "", name = ""] = match;
    const end = endOf(lines, at);
    const text = lines
      .slice(at, end + 1)
      .join("\n")
      .replace(/^export (declare )?/, "");
    const isList = kind === "class" || kind === "interface";
    const head = isList
      ? text.slice(0, text.indexOf("{\n") === -1 ? text.indexOf("{") : text.indexOf("{\n")).trim()
      : text;
    const members = isList ? membersIn(lines.slice(at + 1, end)) : [];
    found.push({ name, kind, doc: docBefore(lines, at), head, members });
    at = end;
  }
  return found;
}

/** @param {readonly string[]} lines @returns {Member[]} */
function membersIn(lines) {
  /** @type {Member[]} */
  const members = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (!/^ {4}[\w[#]/.test(line)) continue;
    const end = endOf(lines, at);
    const text = lines
      .slice(at, end + 1)
      .join(" ")
      .replaceAll(/\/\*\*.*?\*\//g, "")
      .replaceAll(/\s+/g, " ")
      .trim()
      .replace(/;$/, "");
    if (!/^(private|#|protected)/.test(text)) members.push({ doc: docBefore(lines, at), text });
    at = end;
  }
  return members;
}

/** The last line of what begins here: where its brackets are closed. @param {readonly string[]} lines @param {number} from */
function endOf(lines, from) {
  let depth = 0;
  let isComment = false;
  for (let at = from; at < lines.length; at += 1) {
    const line = (lines[at] ?? "").trim();
    if (line.startsWith("/*")) isComment = true;
    if (!isComment) {
      // The ">" of an arrow closes nothing.
      const code = line.replaceAll(/"[^"]*"|=>/g, "");
      depth += code.replaceAll(/[^([{<]/g, "").length - code.replaceAll(/[^)\]}>]/g, "").length;
      if (depth === 0 && /[;}]$/.test(line)) return at;
    }
    if (line.endsWith("*/")) isComment = false;
  }
  return lines.length - 1;
}

/** The comment that ends right before a line. @param {readonly string[]} lines @param {number} at */
function docBefore(lines, at) {
  if (!(lines[at - 1] ?? "").trim().endsWith("*/")) return "";
  let start = at - 1;
  while (!(lines[start] ?? "").trim().startsWith("/**")) start -= 1;
  return lines
    .slice(start, at)
    .map((line) =>
      line
        .trim()
        .replace(/^\/\*\*\s?|^\*\/|^\*\s?/, "")
        .replace(/\s*\*\/$/, ""),
    )
    .join("\n")
    .trim();
}
