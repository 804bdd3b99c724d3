import { readFileSync } from "node:fs";
import { decode, encode } from "./protobuf.mjs";

/**
 * @typedef {import("./protobuf.mjs").Message} Message
 * @typedef {import("./protobuf.mjs").Types} Types
 */

/** @param {string} name @param {number} number @param {number} type @param {{ repeated?: boolean, typeName?: string }} [more] */
const field = (name, number, type, { repeated = false, typeName = "" } = {}) => {
  return { name, number, type, repeated, map: false, typeName };
};

/** As much of descriptor.proto as reads the contract. @type {Types} */
const DESCRIPTORS = new Map([
  ["Set", [field("file", 1, 11, { repeated: true, typeName: "File" })]],
  ["File", [field("package", 2, 9), field("message_type", 4, 11, { repeated: true, typeName: "Type" })]],
  [
    "Type",
    [
      field("name", 1, 9),
      field("field", 2, 11, { repeated: true, typeName: "Field" }),
      field("nested_type", 3, 11, { repeated: true, typeName: "Type" }),
      field("options", 7, 11, { typeName: "Options" }),
    ],
  ],
  ["Options", [field("map_entry", 7, 8)]],
  [
    "Field",
    [field("name", 1, 9), field("number", 3, 5), field("label", 4, 14), field("type", 5, 14), field("type_name", 6, 9)],
  ],
]);

/** What errors of RPCs come in, and what of reflection the scenarios have. @type {Types} */
const STANDARD = new Map([
  [
    "google.rpc.Status",
    [
      field("code", 1, 5),
      field("message", 2, 9),
      field("details", 3, 11, { repeated: true, typeName: "google.protobuf.Any" }),
    ],
  ],
  ["google.protobuf.Any", [field("type_url", 1, 9), field("value", 2, 12)]],
  ["grpc.reflection.v1.ServerReflectionRequest", [field("file_containing_symbol", 4, 9), field("list_services", 7, 9)]],
  [
    "grpc.reflection.v1.ServerReflectionResponse",
    [
      field("list_services_response", 6, 11, { typeName: "Services" }),
      field("error_response", 7, 11, { typeName: "ReflectionError" }),
    ],
  ],
  ["ReflectionError", [field("error_code", 1, 5)]],
  ["Services", [field("service", 1, 11, { repeated: true, typeName: "Service" })]],
  ["Service", [field("name", 1, 9)]],
]);

const REPEATED = 3;

/**
 * The messages of the contract and of the health service, from the descriptor set that the package ships.
 * @param {URL} [file]
 * @returns {Types}
 */
export function readContract(file = new URL("../../dist/pihost/descriptor.binpb", import.meta.url)) {
  const { file: files } = decode(DESCRIPTORS, "Set", readFileSync(file));
  const types = new Map(STANDARD);
  for (const { package: name, message_type: messages } of files) {
    for (const message of messages ?? []) addType(types, name, message);
  }
  return types;
}

/** @param {Map<string, readonly import("./protobuf.mjs").Field[]>} types @param {string} scope @param {Message} message */
function addType(types, scope, message) {
  const name = `${scope}.${message.name}`;
  const nested = message.nested_type ?? [];
  for (const each of nested) addType(types, name, each);
  const maps = nested.filter((/** @type {Message} */ { options }) => options?.map_entry === true);
  const fields = (message.field ?? []).map((/** @type {Message} */ each) => {
    const typeName = (each.type_name ?? "").slice(1);
    const map = maps.some((/** @type {Message} */ entry) => `${name}.${entry.name}` === typeName);
    return { name: each.name, number: each.number, type: each.type, repeated: each.label === REPEATED, map, typeName };
  });
  types.set(name, fields);
}

/** @param {Types} types @param {Message} frame */
export const encodeFrame = (types, frame) => encode(types, "pihost.v1.SessionFrame", frame);

/** @param {Types} types @param {Buffer} bytes */
export const decodeFrame = (types, bytes) => decode(types, "pihost.v1.SessionFrame", bytes);
