/** The contract over gRPC. Loaded by the first connection. */
export { createGrpcServer, type GrpcServer } from "./create-grpc-server.js";
