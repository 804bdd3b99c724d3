/** The gRPC services that modules implement: how a process comes to serve them, and how the front door finds it. */
export { KernelRoutes } from "./kernel-routes.js";
export { serveServices } from "./serve-services.js";
