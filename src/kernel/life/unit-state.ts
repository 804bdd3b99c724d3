/** What an isolate of a kernel is doing. */
export type UnitState = "waiting" | "starting" | "ready" | "restarting" | "stopping" | "stopped" | "failed";
