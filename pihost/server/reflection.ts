import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Server } from "@grpc/grpc-js";
import { splitDescriptorSet } from "../descriptor-set.js";
import { addLazyServices } from "./lazy-service.js";

const METHODS = ["v1", "v1alpha"].map((version) => ({
  path: `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
  requestStream: true,
  responseStream: true,
}));

/**
 * `grpc.reflection.v1.ServerReflection`: lets grpcurl and its kind list and call the services without the .proto files.
 *
 * @param others serialized descriptors of the files of further services
 */
export function addReflection(server: Server, others: readonly Uint8Array[]): void {
  addLazyServices(server, METHODS, (registry) => {
    const { loadFileDescriptorSetFromBuffer } = require("@grpc/proto-loader") as typeof import("@grpc/proto-loader");
    const { ReflectionService } = require("@grpc/reflection") as typeof import("@grpc/reflection");
    const descriptors = readFileSync(join(__dirname, "descriptor.binpb"));
    const contract = loadFileDescriptorSetFromBuffer(descriptors);
    // protobufjs, which wrote those in `contract`, forgets the imports of each file, and clients cannot resolve types then.
    const files = [...splitDescriptorSet(descriptors), ...others];
    for (const definition of Object.values(contract)) {
      if ("fileDescriptorProtos" in definition) Object.assign(definition, { fileDescriptorProtos: files });
    }
    new ReflectionService(contract).addToServer(registry as Server);
  });
}
