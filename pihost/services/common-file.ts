import { common, type INamespace } from "protobufjs";

export interface CommonFile {
  readonly nested: NonNullable<INamespace["nested"]>;
  readonly imports: readonly string[];
}

const IMPORTS: Readonly<Record<string, readonly string[]>> = {
  "google/protobuf/api.proto": ["google/protobuf/source_context.proto", "google/protobuf/type.proto"],
  "google/protobuf/type.proto": ["google/protobuf/any.proto", "google/protobuf/source_context.proto"],
};

/** A file that protobuf brings along, as protobufjs and the loader have it. */
export function commonFile(name: string): CommonFile {
  // The loader adds the rest of them when it is loaded.
  require("@grpc/proto-loader");
  const found = common.get(name);
  if (found?.nested === undefined) throw new Error(`protobufjs has no ${name}`);
  return { nested: found.nested, imports: IMPORTS[name] ?? [] };
}
