import type { Server } from "@grpc/grpc-js";
import type { Pihost } from "../pihost.js";
import { addLazyServices } from "./lazy-service.js";

const METHODS = [
  { path: "/grpc.health.v1.Health/Check", requestStream: false, responseStream: false },
  { path: "/grpc.health.v1.Health/List", requestStream: false, responseStream: false },
  { path: "/grpc.health.v1.Health/Watch", requestStream: false, responseStream: true },
];

/** What can always be asked about: the process as a whole, and its service. */
const SERVICES = ["", "pihost.v1.HostService"];

/**
 * `grpc.health.v1.Health`: SERVING until the process drains.
 *
 * @param others names of further services
 */
export function addHealth(server: Server, pihost: Pihost, others: readonly string[]): void {
  addLazyServices(server, METHODS, (registry) => {
    const { HealthImplementation } = require("grpc-health-check") as typeof import("grpc-health-check");
    const health = new HealthImplementation();
    const setAll = (status: "SERVING" | "NOT_SERVING"): void => {
      for (const service of [...SERVICES, ...others]) health.setStatus(service, status);
    };
    setAll(pihost.draining ? "NOT_SERVING" : "SERVING");
    pihost.onDraining(() => setAll("NOT_SERVING"));
    health.addToServer(registry as Server);
  });
}
