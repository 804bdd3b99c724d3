import { forThisSystem } from "./for-this-system.js";
import { posixHandedListener } from "./handed-listener.posix.js";

/** A socket that this process makes, and a child serves. */
export interface HandedListener {
  /** The socket's descriptor in this process, for the `stdio` of the child. */
  readonly descriptor: number;
  /** Closes this process's own hold on it. The socket's file stays. */
  close(): void;
}

/**
 * Listens at an address, for a child that may not write where the socket lies. Nobody is answered before the child does.
 *
 * @param address in a folder that only this user may enter
 * @returns undefined where sockets have no files that a child would have to make: on Windows
 * @throws IsolationError `START_FAILED` when the system refuses
 */
export const handedListener: (address: string) => Promise<HandedListener | undefined> = forThisSystem<
  (address: string) => Promise<HandedListener | undefined>
>({
  linux: posixHandedListener,
  macos: posixHandedListener,
  windows: () => Promise.resolve(undefined),
});
