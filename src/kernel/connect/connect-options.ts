import type { Remote } from "../../isolator/index.js";

/** Options of `Kernel.connect`. */
export interface ConnectOptions {
  /** With the scope `operate`. Default: that of the kernel's record, where it runs as this user. */
  token?: string;
}

/** An isolate of a kernel that runs elsewhere. The handle stays valid whatever happens to what is behind it. */
export interface ConnectedIsolate<T> {
  readonly name: string;
  /** The module's exports, each an asynchronous call. */
  readonly api: Remote<T>;
}
