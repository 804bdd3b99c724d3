import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Enum, Field, Namespace, type ReflectionObject, type Root, Service, Type } from "protobufjs";
import { descriptorName, splitDescriptorSet } from "../descriptor-set.js";
import { describeOptions } from "./describe-options.js";
import { describeEnum, describeField, describeMessage, describeService } from "./describe-types.js";
import type { ParsedProtos, ProtoFile } from "./parse-protos.js";

const EDITION_2023 = 1_000;

/**
 * The serialized `FileDescriptorProto` of each file, dependencies first. protobufjs makes such itself, but one of each package,
 * without imports, comments on how names resolve and options of the user's own: clients of reflection could not use them.
 *
 * @param protos read with the names that the fields have in the files
 */
export function fileDescriptors({ files, root }: ParsedProtos): Buffer[] {
  const descriptor = root.lookupType("google.protobuf.FileDescriptorProto");
  const byPath = new Map<string, ReflectionObject[]>();
  collect(root, byPath);
  const wellKnown = new WellKnownFiles();
  return files.map((file) => {
    if (file.path === undefined) return wellKnown.get(file.name);
    const described = describe(file, byPath.get(file.path) ?? [], root);
    return Buffer.from(descriptor.encode(descriptor.fromObject(described)).finish());
  });
}

/** What stands at the top of each file. */
function collect(namespace: Namespace, byPath: Map<string, ReflectionObject[]>): void {
  for (const object of namespace.nestedArray) {
    const isTop =
      object instanceof Type || object instanceof Enum || object instanceof Service || object instanceof Field;
    if (!isTop) {
      if (object instanceof Namespace) collect(object, byPath);
      continue;
    }
    if (object.filename === null || object.filename === undefined) continue;
    const objects = byPath.get(object.filename);
    if (objects === undefined) byPath.set(object.filename, [object]);
    else objects.push(object);
  }
}

function describe(file: ProtoFile, objects: readonly ReflectionObject[], root: Root): Record<string, unknown> {
  const scope = root.lookup(file.package) ?? root;
  const indices = (kind: string): number[] => file.imports.flatMap((one, index) => (one.kind === kind ? [index] : []));
  return {
    name: file.name,
    package: file.package,
    dependency: file.imports.map(({ name }) => name),
    publicDependency: indices("public"),
    weakDependency: indices("weak"),
    messageType: objects.filter((one) => one instanceof Type).map(describeMessage),
    enumType: objects.filter((one) => one instanceof Enum).map(describeEnum),
    service: objects.filter((one) => one instanceof Service).map(describeService),
    extension: objects.filter((one) => one instanceof Field).map((field) => describeField(field, [])),
    options: describeOptions(file.options, scope),
    ...syntaxOf(file.text),
  };
}

/** proto2 is what a file is that says nothing, and it says nothing about it. */
function syntaxOf(text: string): Record<string, unknown> {
  const [, keyword, value] = /^\s*(syntax|edition)\s*=\s*["']([^"']+)["']/m.exec(text) ?? [];
  if (keyword === "edition") return { syntax: "editions", edition: EDITION_2023 };
  return value === "proto3" ? { syntax: value } : {};
}

/** Those of protobuf itself, as its own compiler has them. */
class WellKnownFiles {
  #files: ReadonlyMap<string, Buffer> | undefined;

  get(name: string): Buffer {
    this.#files ??= this.#read();
    const found = this.#files.get(name);
    if (found === undefined) throw new Error(`well-known.binpb has no ${name}`);
    return found;
  }

  #read(): ReadonlyMap<string, Buffer> {
    const files = splitDescriptorSet(readFileSync(join(__dirname, "well-known.binpb")));
    return new Map(files.map((file) => [descriptorName(file), file]));
  }
}
