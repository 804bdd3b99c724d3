import { resolve } from "node:path";
import { didYouMean, IsolationError, invalidOption } from "../../errors/index.js";
import { type LiveKernel, listLiveKernels } from "../live-kernels.js";

/** Where a kernel is reached. */
export interface KernelAddress {
  /** Its name, where it is known beforehand. */
  readonly name: string | undefined;
  readonly socket: string;
  /** Undefined where none is known: it may want none. */
  readonly token: string | undefined;
}

/**
 * The kernel of this name, or at this socket: what has a slash in it is a path.
 *
 * @throws IsolationError INVALID_OPTION where no kernel of this user has the name, or several have it
 */
export function findKernel(nameOrSocket: string, token: string | undefined): KernelAddress {
  if (typeof nameOrSocket !== "string" || nameOrSocket === "")
    throw invalidOption("nameOrSocket", "the name of a kernel, or the path of its socket", nameOrSocket);
  const live = listLiveKernels();
  if (/[\\/]/.test(nameOrSocket)) {
    const path = resolve(nameOrSocket);
    const known = live.find(({ socket }) => socket === path);
    return { name: known?.name, socket: path, token: token ?? known?.token };
  }
  const { name, socket, token: known } = onlyOne(nameOrSocket, live);
  return { name, socket, token: token ?? known };
}

function onlyOne(name: string, live: readonly LiveKernel[]): LiveKernel {
  const [first, ...others] = live.filter((kernel) => kernel.name === name);
  if (first === undefined) throw new IsolationError("INVALID_OPTION", unknown(name, live));
  if (others.length === 0) return first;
  const sockets = [first, ...others].map(({ socket, pid }) => `${socket} (pid ${pid})`).join(", ");
  throw new IsolationError(
    "INVALID_OPTION",
    `${others.length + 1} kernels are called ${name}; give a socket: ${sockets}`,
  );
}

function unknown(name: string, live: readonly LiveKernel[]): string {
  const names = [...new Set(live.map((kernel) => kernel.name))];
  const hint = didYouMean(name, names);
  const running = names.length === 0 ? "none runs" : `there are ${names.join(", ")}`;
  return `no kernel of this user is called ${JSON.stringify(name)}${hint}; ${running}`;
}
