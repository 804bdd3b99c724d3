import { type Field, knownNames, type ObjectField } from "./field.js";
import { GROUP, ISOLATE, MANIFEST } from "./manifest-fields.js";

type Schema = Record<string, unknown>;

/** A size as it may be written; the bound of each is the validator's. */
const SIZE = { type: ["integer", "string"], minimum: 0, pattern: "^\\s*\\d+(\\.\\d+)?\\s*([kKmMgGtT]?[iI]?[bB])\\s*$" };

/** The manifest as a JSON Schema of draft 7, which every editor knows. What it refuses, the validator refuses, too. */
export function manifestSchema(): Schema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Kernel manifest of process-isolation",
    description: "Isolates, what each may call, and how they are supervised.",
    ...objectSchema(MANIFEST),
    definitions: { isolate: objectSchema(ISOLATE), group: objectSchema(GROUP) },
  };
}

function schemaOf(field: Field): Schema {
  const { description, default: byDefault } = field;
  const isReference = field.kind === "object" && field.id !== undefined;
  return {
    ...(description === undefined ? {} : { description }),
    ...(byDefault === undefined ? {} : { default: byDefault }),
    ...(isReference ? { $ref: `#/definitions/${field.id}` } : kindSchema(field)),
  };
}

function kindSchema(field: Field): Schema {
  switch (field.kind) {
    case "text":
      return {
        type: "string",
        ...(field.pattern === undefined ? {} : { pattern: field.pattern.source }),
      };
    case "choice":
      return { enum: field.values };
    case "flag":
      return { type: "boolean" };
    case "nothing":
      return { type: "null" };
    case "number":
      return {
        type: field.whole ? "integer" : "number",
        ...(field.min === undefined ? {} : { minimum: field.min }),
        ...(field.max === undefined ? {} : { maximum: field.max }),
      };
    case "size":
      return SIZE;
    case "list":
      return { type: "array", items: schemaOf(field.of), ...(field.atLeastOne ? { minItems: 1 } : {}) };
    case "record":
      return {
        type: "object",
        ...(field.keys.pattern === undefined ? {} : { propertyNames: { pattern: field.keys.pattern.source } }),
        additionalProperties: schemaOf(field.values),
      };
    case "object":
      return objectSchema(field);
    case "either":
      return { anyOf: field.of.map(schemaOf) };
    default:
      return {};
  }
}

function objectSchema(field: ObjectField): Schema {
  const fields = field.fields();
  const names = knownNames(fields);
  const { required = [] } = field;
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, schemaOf(fields[name] as Field)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}
