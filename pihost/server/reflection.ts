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
    const contract = loadFileDescriptorSetFromBuffer(readFileSync(join(__dirname, "descriptor.binpb")));
    new ReflectionService(contract).addToServer(registry as Server);
  });
}
