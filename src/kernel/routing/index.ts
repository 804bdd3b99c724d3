/** The front door: one socket on which every gRPC client sees the services of all isolates as one server. */
export { type FrontDoor, type FrontDoorOptions, openFrontDoor } from "./front-door.js";
export type {
  Idempotency,
  LocalService,
  MethodFacts,
  RoutedIsolate,
  Routes,
  Upstream,
  UpstreamInstance,
} from "./routes.js";
export type { ListenAddress } from "./tcp-listener.js";
export { type TokenFacts, type TokenOptions, type TokenScope, Tokens } from "./tokens.js";
