/** The part of the contract that needs gRPC: loaded only where somebody speaks it. */
export { HostServiceClient, type HostServiceServer, HostServiceService } from "./gen/pihost/v1/host_service.js";
