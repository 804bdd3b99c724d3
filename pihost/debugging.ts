/** Loaded when it is needed: it takes as much memory as a module of the user's. */
const inspector = (): typeof import("node:inspector") => process.getBuiltinModule("node:inspector");

/** Opens the inspector on a free port of the loopback interface; returns the URL for a debugger. */
export function openInspector(): string {
  if (inspector().url() === undefined) inspector().open(0, "127.0.0.1");
  return inspector().url() as string;
}

/** Blocks until a debugger is attached, then pauses in it, right before the first user module is loaded. */
export function waitForDebugger(): void {
  inspector().waitForDebugger();
  // biome-ignore lint/suspicious/noDebugger: breakpoints in user code can be set here, before any of it has run
  debugger;
}
