import { resolveShutdownOptions, type ShutdownOptions } from "../isolator/index.js";

/** Checks what isolators refuse, before anything of the kernel is stopped by it. @throws IsolationError INVALID_OPTION */
export function checkStop({ reason, graceMs }: { readonly [name in keyof ShutdownOptions]: unknown }): void {
  resolveShutdownOptions({ reason, graceMs } as ShutdownOptions, 0);
}
