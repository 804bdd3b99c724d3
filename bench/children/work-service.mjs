import { fileURLToPath } from "node:url";
import { loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const definition = loadSync(fileURLToPath(new URL("bench.proto", import.meta.url)), { defaults: true });

/** The client class of `bench.v1.WorkService`, with the service definition as `.service`. */
export const WorkService = /** @type {any} */ (loadPackageDefinition(definition)).bench.v1.WorkService;

/** Payloads of every size are to cross. */
export const WITHOUT_SIZE_LIMIT = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
