/** What a process asks the host for to reach gRPC services; no isolate can have such a name. */
export const FRONT_DOOR = "kernel:front-door";
