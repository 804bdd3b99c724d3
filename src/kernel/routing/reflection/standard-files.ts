import { bytesField, varintField } from "./wire.js";

/** Numbers of descriptor.proto. */
const TYPE = { int32: 5, string: 9, message: 11, bytes: 12, enum: 14 } as const;
const REPEATED = 3;
const OPTIONAL = 1;

type FieldSpec = readonly [name: string, number: number, type: keyof typeof TYPE, more?: FieldMore];
interface FieldMore {
  readonly of?: string;
  readonly repeated?: boolean;
  readonly oneof?: boolean;
}

function field([name, number, type, { of, repeated = false, oneof = false } = {}]: FieldSpec): Buffer {
  return Buffer.concat([
    bytesField(1, name),
    varintField(3, number),
    varintField(4, repeated ? REPEATED : OPTIONAL),
    varintField(5, TYPE[type]),
    ...(of === undefined ? [] : [bytesField(6, of)]),
    ...(oneof ? [varintField(9, 0)] : []),
    bytesField(
      10,
      name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    ),
  ]);
}

function message(name: string, fields: readonly FieldSpec[], oneof?: string, nested: readonly Buffer[] = []): Buffer {
  return Buffer.concat([
    bytesField(1, name),
    ...fields.map((spec) => bytesField(2, field(spec))),
    ...nested,
    ...(oneof === undefined ? [] : [bytesField(8, bytesField(1, oneof))]),
  ]);
}

function enumeration(name: string, values: readonly string[]): Buffer {
  const members = values.map((value, number) =>
    bytesField(2, Buffer.concat([bytesField(1, value), varintField(2, number)])),
  );
  return Buffer.concat([bytesField(1, name), ...members]);
}

function method(name: string, input: string, output: string, client: boolean, server: boolean): Buffer {
  return Buffer.concat([
    bytesField(1, name),
    bytesField(2, input),
    bytesField(3, output),
    ...(client ? [varintField(5, 1)] : []),
    ...(server ? [varintField(6, 1)] : []),
  ]);
}

function file(
  name: string,
  pack: string,
  messages: readonly Buffer[],
  service: string,
  methods: readonly Buffer[],
): Buffer {
  return Buffer.concat([
    bytesField(1, name),
    bytesField(2, pack),
    ...messages.map((bytes) => bytesField(4, bytes)),
    bytesField(6, Buffer.concat([bytesField(1, service), ...methods.map((bytes) => bytesField(2, bytes))])),
    bytesField(12, "proto3"),
  ]);
}

function healthFile(): Buffer {
  const pack = "grpc.health.v1";
  const of = (name: string): string => `.${pack}.${name}`;
  const statuses = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];
  const entry: readonly FieldSpec[] = [
    ["key", 1, "string"],
    ["value", 2, "message", { of: of("HealthCheckResponse") }],
  ];
  const isMapEntry = bytesField(7, varintField(7, 1));
  return file(
    "grpc/health/v1/health.proto",
    pack,
    [
      message("HealthCheckRequest", [["service", 1, "string"]]),
      message(
        "HealthCheckResponse",
        [["status", 1, "enum", { of: of("HealthCheckResponse.ServingStatus") }]],
        undefined,
        [bytesField(4, enumeration("ServingStatus", statuses))],
      ),
      message("HealthListRequest", []),
      message(
        "HealthListResponse",
        [["statuses", 1, "message", { of: of("HealthListResponse.StatusesEntry"), repeated: true }]],
        undefined,
        [bytesField(3, Buffer.concat([message("StatusesEntry", entry), isMapEntry]))],
      ),
    ],
    "Health",
    [
      method("Check", of("HealthCheckRequest"), of("HealthCheckResponse"), false, false),
      method("List", of("HealthListRequest"), of("HealthListResponse"), false, false),
      method("Watch", of("HealthCheckRequest"), of("HealthCheckResponse"), false, true),
    ],
  );
}

function reflectionFile(version: "v1" | "v1alpha"): Buffer {
  const pack = `grpc.reflection.${version}`;
  const of = (name: string): string => `.${pack}.${name}`;
  const one = (name: string, number: number, type: string): FieldSpec => [
    name,
    number,
    "message",
    { of: of(type), oneof: true },
  ];
  const text = (name: string, number: number): FieldSpec => [name, number, "string", { oneof: true }];
  return file(
    `grpc/reflection/${version}/reflection.proto`,
    pack,
    [
      message(
        "ServerReflectionRequest",
        [
          ["host", 1, "string"],
          text("file_by_filename", 3),
          text("file_containing_symbol", 4),
          one("file_containing_extension", 5, "ExtensionRequest"),
          text("all_extension_numbers_of_type", 6),
          text("list_services", 7),
        ],
        "message_request",
      ),
      message("ExtensionRequest", [
        ["containing_type", 1, "string"],
        ["extension_number", 2, "int32"],
      ]),
      message(
        "ServerReflectionResponse",
        [
          ["valid_host", 1, "string"],
          ["original_request", 2, "message", { of: of("ServerReflectionRequest") }],
          one("file_descriptor_response", 4, "FileDescriptorResponse"),
          one("all_extension_numbers_response", 5, "ExtensionNumberResponse"),
          one("list_services_response", 6, "ListServiceResponse"),
          one("error_response", 7, "ErrorResponse"),
        ],
        "message_response",
      ),
      message("FileDescriptorResponse", [["file_descriptor_proto", 1, "bytes", { repeated: true }]]),
      message("ExtensionNumberResponse", [
        ["base_type_name", 1, "string"],
        ["extension_number", 2, "int32", { repeated: true }],
      ]),
      message("ListServiceResponse", [["service", 1, "message", { of: of("ServiceResponse"), repeated: true }]]),
      message("ServiceResponse", [["name", 1, "string"]]),
      message("ErrorResponse", [
        ["error_code", 1, "int32"],
        ["error_message", 2, "string"],
      ]),
    ],
    "ServerReflection",
    [method("ServerReflectionInfo", of("ServerReflectionRequest"), of("ServerReflectionResponse"), true, true)],
  );
}

/** Descriptors of what every front door serves itself: health, and reflection in both versions. */
export function standardFiles(): Buffer[] {
  return [healthFile(), reflectionFile("v1"), reflectionFile("v1alpha")];
}
