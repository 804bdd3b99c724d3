/** The front door: one socket on which every gRPC client sees the services of all isolates as one server. */
export { type FrontDoor, type FrontDoorOptions, type ListenAddress, openFrontDoor } from "./front-door.js";
export type { Idempotency, LocalService, MethodFacts, RoutedIsolate, Routes, Upstream } from "./routes.js";
export { type TokenFacts, type TokenOptions, type TokenScope, Tokens } from "./tokens.js";
