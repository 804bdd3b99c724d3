import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Server } from "@grpc/grpc-js";
import { descriptorName, splitDescriptorSet } from "../descriptor-set.js";
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
    const service = new ReflectionService(contract);
    keepFiles(service as unknown as Implementations, files);
    service.addToServer(registry as Server);
  });
}

/** What the service keeps to itself, for each version of it. */
interface Implementations {
  readonly v1: Implementation;
  readonly v1Alpha: Implementation;
}

interface Implementation {
  /** By their names. */
  readonly files: Readonly<Record<string, DecodedFile>>;
  readonly fileEncodings: Map<DecodedFile, Uint8Array>;
  readonly fileDependencies: Map<DecodedFile, DecodedFile[]>;
}

interface DecodedFile {
  readonly dependency: readonly string[];
}

/**
 * The service encodes each file again, and forgets what it does not know: options of the user's own. It takes those files for
 * the dependencies whose types are named, and so forgets the files that declare such options.
 */
function keepFiles({ v1, v1Alpha }: Implementations, files: readonly Uint8Array[]): void {
  // Of two files with one name the service has the first.
  for (const bytes of [...files].reverse()) {
    for (const { files: known, fileEncodings, fileDependencies } of [v1, v1Alpha]) {
      const file = known[descriptorName(bytes)];
      if (file === undefined) continue;
      fileEncodings.set(file, bytes);
      fileDependencies.set(
        file,
        file.dependency.flatMap((name) => known[name] ?? []),
      );
    }
  }
}
