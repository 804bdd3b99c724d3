/** The contract over gRPC. Loaded by the first connection. */
export { createGrpcServer, type GrpcServer, type OtherServices } from "./create-grpc-server.js";
