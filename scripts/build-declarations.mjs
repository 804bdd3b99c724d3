/**
 * One statement of a .d.ts file as tsc writes it, each at the beginning of a line.
 *
 * @typedef {object} Statement
 * @property {string} text with the comment above it
 * @property {readonly string[]} declares the names that it makes known in the file, or to others
 * @property {readonly string[]} mentions the names of the file that it uses
 * @property {readonly { specifier: string, names: readonly string[] }[]} references what it takes from other files
 * @property {readonly string[] | undefined} entries of an `import { … }` or `export { … } from`, as they are written
 */

const FROM = /^(import|export)( type)? (\{[^}]*\}|\*(?: as \w+)?|\w+) from "([^"]+)";$/m;
const INLINE = /\bimport\("([^"]+)"\)(?:\.(\w+))?/g;
const DECLARATION =
  /^(?:export )?(?:declare )?(?:abstract )?(?:interface|type|class|function|const|let|var|enum|namespace) (\w+)/m;
const COMMENT = /\/\*\*.*?\*\/|\/\/ .*$/gms;

/** @param {string} text @returns {Statement[]} */
export function parseDeclarations(text) {
  /** @type {string[]} */
  const statements = [];
  let isComplete = true;
  for (const line of text.trimEnd().split("\n")) {
    if (isComplete && !line.startsWith(" ")) statements.push(line);
    else statements.push(`${statements.pop()}\n${line}`);
    // What is indented is a part of something; a comment belongs to what follows it, and may be inside of something.
    isComplete = /^(?! {4}).*[;}]$/.test(line);
  }
  return statements.filter((statement) => statement !== "export {};").map(toStatement);
}

/** @param {string} text @returns {Statement} */
function toStatement(text) {
  const code = text.replace(COMMENT, "");
  const from = FROM.exec(code);
  if (from === null) {
    const name = DECLARATION.exec(code)?.[1];
    if (name === undefined) throw new Error(`a statement that the build does not know: ${text}`);
    const references = [...code.matchAll(INLINE)].map(([, specifier = "", member = "*"]) => ({
      specifier,
      names: [member],
    }));
    return { text, declares: [name], mentions: code.match(/[A-Za-z_$][\w$]*/g) ?? [], references, entries: undefined };
  }
  const [, , , what = "", specifier = ""] = from;
  if (!what.startsWith("{")) throw new Error(`only names in braces are imported in public types: ${text}`);
  const entries = what
    .slice(1, -1)
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  return {
    text,
    declares: entries.map(nameAfter),
    mentions: [],
    references: [{ specifier, names: entries.map(nameBefore) }],
    entries,
  };
}

/**
 * The statement as far as the names are wanted; undefined when none of them is.
 * @param {Statement} statement @param {ReadonlySet<string>} wanted @returns {Statement | undefined}
 */
export function namesIn(statement, wanted) {
  if (wanted.has("*")) return statement;
  const { text, entries, declares } = statement;
  if (!declares.some((name) => wanted.has(name))) return undefined;
  if (entries === undefined) return statement;
  const kept = entries.filter((entry) => wanted.has(nameAfter(entry)));
  return toStatement(text.replace(/\{[^}]*\}/, `{ ${kept.join(", ")} }`));
}

/** @param {Statement} statement @param {(specifier: string) => string} toSpecifier */
export function printStatement({ text, entries }, toSpecifier) {
  if (entries === undefined) {
    return text.replace(INLINE, (whole, specifier) => whole.replace(specifier, toSpecifier(specifier)));
  }
  return text.replace(FROM, (whole, _keyword, _type, _what, specifier) =>
    whole.replace(specifier, toSpecifier(specifier)),
  );
}

/** What an entry is called where it comes from, and where it goes to. @param {string} entry */
const nameBefore = (entry) => entry.replace(/^type /, "").replace(/ as .*$/, "");
const nameAfter = (/** @type {string} */ entry) => entry.replace(/^type /, "").replace(/^.* as /, "");
