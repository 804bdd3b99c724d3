import type { Remote } from "../../isolator/index.js";

/** Options of `Kernel.connect`. */
export interface ConnectOptions {
  /** With the scope `operate`. Default: that of the kernel's record, where it runs as this user. */
  token?: string;
}

/** Options of `ConnectedKernel.logs`. */
export interface LogsOptions {
  /** Only lines of these isolates. Default: all. */
  isolates?: readonly string[];
  /** How many of the last lines of each isolate come first. Default: all that the kernel has kept, 1,000 at most. */
  tail?: number;
  /** Whether it goes on with lines as they are written. Default false. */
  follow?: boolean;
  /** Ends it. */
  signal?: AbortSignal;
}

/** An isolate of a kernel that runs elsewhere. The handle stays valid whatever happens to what is behind it. */
export interface ConnectedIsolate<T> {
  readonly name: string;
  /** The module's exports, each an asynchronous call. */
  readonly api: Remote<T>;
}
