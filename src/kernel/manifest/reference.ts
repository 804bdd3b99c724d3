import { boundOf } from "./check-field.js";
import { type Field, type Fields, knownNames } from "./field.js";
import { GROUP, ISOLATE, MANIFEST } from "./manifest-fields.js";

const INTRODUCTION = `# Manifest reference

<!-- Made by \`npm run generate\` from the fields of the validator. -->

A manifest is a \`pihost.yaml\` (\`.yml\`, \`.json\`), a module that exports one (\`.ts\`, \`.mts\`, \`.mjs\`, \`.js\`, \`.cjs\`), or an object.
Relative paths are resolved in the folder of its file. Every mistake is \`INVALID_OPTION\` with file, line and column, and all of
them are told at once. For editors that complete and check YAML:

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/process-isolation/schema/kernel.schema.json
name: shop
isolates:
  store: { module: ./store.ts, limits: { memory: 256MB } }
  parser: { module: ./parser.ts, uses: { store: [get, list] } }
supervision: { strategy: rest-for-one }
\`\`\`
`;

/** The reference of the manifest, in Markdown. */
export function manifestReference(): string {
  return [
    INTRODUCTION,
    section("The manifest", MANIFEST.fields()),
    section("An isolate", ISOLATE.fields()),
    section("A group", GROUP.fields()),
  ].join("\n");
}

function section(title: string, fields: Fields): string {
  const lines = rows("", fields).map((cells) => `| ${cells.join(" | ")} |`);
  return [`## ${title}`, "", "| field | must be | default | |", "|---|---|---|---|", ...lines, ""].join("\n");
}

function rows(prefix: string, fields: Fields): string[][] {
  return knownNames(fields).flatMap((name) => {
    const field = fields[name] as Field;
    const path = `${prefix}${name}`;
    const byDefault = field.default === undefined ? "" : code(String(field.default));
    return [[code(path), cell(shortBound(field)), byDefault, cell(field.description ?? "")], ...inner(path, field)];
  });
}

/** The rows of the fields within a field. */
function inner(path: string, field: Field): string[][] {
  if (field.kind === "object") return field.id === undefined ? rows(`${path}.`, field.fields()) : [];
  if (field.kind === "record") return inner(`${path}.<name>`, field.values);
  if (field.kind === "list") return inner(`${path}[]`, field.of);
  return field.kind === "either" ? field.of.flatMap((one) => inner(path, one)) : [];
}

/** Of an object that has rows of its own no list of its fields. */
function shortBound(field: Field): string {
  if (field.kind === "object") return field.id === undefined ? "an object" : `an ${field.id}`.replace("an g", "a g");
  if (field.kind === "record") {
    const bound = shortBound(field.values);
    return field.values.kind === "either" ? `by name: (${bound})` : `by name: ${bound}`;
  }
  if (field.kind === "either") return field.of.map(shortBound).join(", or ");
  return field.kind === "any" ? "anything" : boundOf(field);
}

function code(text: string): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
