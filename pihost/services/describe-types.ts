import {
  Enum,
  Field,
  type FieldBase,
  MapField,
  type Method,
  type OneOf,
  type ReflectionObject,
  type Service,
  Type,
} from "protobufjs";
import { describeOptions, type WrittenOptions } from "./describe-options.js";

type Described = Record<string, unknown>;

const LABEL = { optional: 1, required: 2, repeated: 3 };
const SCALARS = ["double", "float", "int64", "uint64", "int32", "fixed64", "fixed32", "bool", "string"];
const TYPE_NUMBER: ReadonlyMap<string, number> = new Map([
  ...SCALARS.map((name, index): [string, number] => [name, index + 1]),
  ...["bytes", "uint32"].map((name, index): [string, number] => [name, index + 12]),
  ...["sfixed32", "sfixed64", "sint32", "sint64"].map((name, index): [string, number] => [name, index + 15]),
]);
const GROUP = 10;
const MESSAGE = 11;
const ENUM = 14;

/** A message as `DescriptorProto` says it. */
export function describeMessage(type: Type): Described {
  const oneofs = [...type.oneofsArray].sort((a, b) => Number(a.isProto3Optional) - Number(b.isProto3Optional));
  const nested = type.nestedArray;
  const maps = type.fieldsArray.filter((field) => field instanceof MapField);
  return {
    name: type.name,
    field: type.fieldsArray.filter((field) => !isExtension(field)).map((field) => describeField(field, oneofs)),
    nestedType: [
      ...nested.filter((one) => one instanceof Type).map(describeMessage),
      ...maps.map((field) => describeEntry(field as MapField)),
    ],
    enumType: nested.filter((one) => one instanceof Enum).map(describeEnum),
    extension: nested.filter((one) => one instanceof Field).map((field) => describeField(field, [])),
    oneofDecl: oneofs.map(({ name, parsedOptions }) => ({
      name,
      options: describeOptions(parsedOptions as WrittenOptions, type),
    })),
    extensionRange: (type.extensions ?? []).map(([start = 0, end = 0]) => ({ start, end: end + 1 })),
    reservedRange: ranges(type.reserved).map(([start = 0, end = 0]) => ({ start, end: end + 1 })),
    reservedName: names(type.reserved),
    options: optionsOf(type),
  };
}

/** What protobufjs adds to a message for an extension that is written elsewhere. */
function isExtension(field: Field): boolean {
  return field.declaringField !== null && field.declaringField !== undefined;
}

export function describeField(field: Field, oneofs: readonly OneOf[]): Described {
  const written = (field.options ?? {}) as { readonly [name: string]: unknown };
  const index = field.partOf === null ? -1 : oneofs.indexOf(field.partOf);
  const name = writtenName(field);
  return {
    name,
    number: field.id,
    label: field instanceof MapField ? LABEL.repeated : labelOf(field),
    ...(field instanceof MapField
      ? { type: MESSAGE, typeName: `${field.parent?.fullName}.${entryName(name)}` }
      : typeOf(field)),
    ...(field.extend === undefined || field.extend === null ? {} : { extendee: extendee(field) }),
    ...(index < 0 ? {} : { oneofIndex: index }),
    ...(written.default === undefined ? {} : { defaultValue: defaultText(written.default) }),
    jsonName: typeof written.json_name === "string" ? written.json_name : jsonName(name),
    ...(written.proto3_optional === true ? { proto3Optional: true } : {}),
    options: optionsOf(field),
  };
}

/** As it is written: of an edition, features say the rest. */
function labelOf(field: Field): number {
  const { rule } = field as { readonly rule?: keyof typeof LABEL };
  return LABEL[rule ?? "optional"];
}

/** The name of a group's field is that of its type in lower case, whatever protobufjs calls it. */
function writtenName(field: Field): string {
  return isGroup(field) ? (field.resolvedType?.name ?? field.name).toLowerCase() : field.name;
}

function isGroup(field: FieldBase): boolean {
  return field.resolvedType instanceof Type && (field.resolvedType as { group?: boolean }).group === true;
}

function typeOf(field: FieldBase): Described {
  field.resolve();
  const number = TYPE_NUMBER.get(field.type);
  if (number !== undefined) return { type: number };
  if (field.resolvedType instanceof Enum) return { type: ENUM, typeName: field.resolvedType.fullName };
  return { type: isGroup(field) ? GROUP : MESSAGE, typeName: field.resolvedType?.fullName ?? field.type };
}

function extendee(field: Field): string {
  return field.extensionField?.parent?.fullName ?? (field.extend as string);
}

/** The message that stands for the entries of a map. */
function describeEntry(field: MapField): Described {
  return {
    name: entryName(field.name),
    field: [
      { name: "key", number: 1, label: LABEL.optional, type: TYPE_NUMBER.get(field.keyType), jsonName: "key" },
      { name: "value", number: 2, label: LABEL.optional, ...typeOf(field), jsonName: "value" },
    ],
    options: { mapEntry: true },
  };
}

/** As protoc names it: `string_to_int` has `StringToIntEntry`. */
function entryName(name: string): string {
  const camel = jsonName(name);
  return `${camel.charAt(0).toUpperCase()}${camel.slice(1)}Entry`;
}

/** As protoc names it: each letter behind underscores is a capital, and the underscores go. */
function jsonName(name: string): string {
  return name.replace(/_+(.?)/g, (_, letter: string) => letter.toUpperCase());
}

function defaultText(value: unknown): string {
  if (value === Number.POSITIVE_INFINITY) return "inf";
  if (value === Number.NEGATIVE_INFINITY) return "-inf";
  return Number.isNaN(value) ? "nan" : String(value);
}

export function describeEnum(type: Enum): Described {
  return {
    name: type.name,
    value: Object.entries(type.values).map(([name, number]) => ({
      name,
      number,
      options: describeOptions(valueOptions(type, name), type),
    })),
    reservedRange: ranges(type.reserved).map(([start, end]) => ({ start, end })),
    reservedName: names(type.reserved),
    options: optionsOf(type),
  };
}

function valueOptions(type: Enum, name: string): WrittenOptions {
  const options = type.valuesOptions?.[name] as unknown;
  if (options === undefined) return undefined;
  return Array.isArray(options) ? (options as WrittenOptions) : [options as Record<string, unknown>];
}

export function describeService(service: Service): Described {
  return { name: service.name, method: service.methodsArray.map(describeMethod), options: optionsOf(service) };
}

function describeMethod(method: Method): Described {
  return {
    name: method.name,
    inputType: method.resolvedRequestType?.fullName,
    outputType: method.resolvedResponseType?.fullName,
    options: optionsOf(method),
    ...(method.requestStream === true ? { clientStreaming: true } : {}),
    ...(method.responseStream === true ? { serverStreaming: true } : {}),
  };
}

function optionsOf(object: ReflectionObject): Described | undefined {
  return describeOptions(object.parsedOptions as WrittenOptions, object);
}

function ranges(reserved: readonly (number[] | string)[] | undefined): readonly number[][] {
  return (reserved ?? []).filter((one) => typeof one !== "string");
}

function names(reserved: readonly (number[] | string)[] | undefined): readonly string[] {
  return (reserved ?? []).filter((one) => typeof one === "string");
}
