import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Server } from "@grpc/grpc-js";
import { addLazyServices } from "./lazy-service.js";

const METHODS = ["v1", "v1alpha"].map((version) => ({
  path: `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
  requestStream: true,
  responseStream: true,
}));

/** `grpc.reflection.v1.ServerReflection`: lets grpcurl and its kind list and call the services without the .proto files. */
export function addReflection(server: Server): void {
  addLazyServices(server, METHODS, (registry) => {
    const { loadFileDescriptorSetFromBuffer } = require("@grpc/proto-loader") as typeof import("@grpc/proto-loader");
    const { ReflectionService } = require("@grpc/reflection") as typeof import("@grpc/reflection");
    const descriptors = readFileSync(join(__dirname, "descriptor.binpb"));
    const contract = loadFileDescriptorSetFromBuffer(descriptors);
    // protobufjs, which wrote those in `contract`, forgets the imports of each file, and clients cannot resolve types then.
    const files = splitDescriptorSet(descriptors);
    for (const definition of Object.values(contract)) {
      if ("fileDescriptorProtos" in definition) Object.assign(definition, { fileDescriptorProtos: files });
    }
    new ReflectionService(contract).addToServer(registry as Server);
  });
}

/** The files of a serialized `FileDescriptorSet`, each still serialized: `repeated FileDescriptorProto file = 1`. */
function splitDescriptorSet(bytes: Buffer): Buffer[] {
  const files: Buffer[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    offset += 1;
    let length = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = bytes.readUInt8(offset++);
      length |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    files.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  return files;
}
