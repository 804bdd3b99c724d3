import { randomBytes } from "node:crypto";
import { type BigIntStats, chmodSync, linkSync, lstatSync, mkdirSync, renameSync, statSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { dirname, resolve } from "node:path";
import { IsolationError, invalidOption } from "../../errors/index.js";
import { hostDirectory, socketAddress, socketCloser } from "../../platform/index.js";

const isWindows = process.platform === "win32";

/**
 * Listens on a socket that only its own user can open: mode 0600, in a folder that others cannot write.
 *
 * @param path undefined for a socket in the host's private folder
 * @throws IsolationError INVALID_OPTION for a folder that will not do, or a path where somebody else listens
 */
export async function listenOnSocket(
  path: string | undefined,
  onSocket: (socket: Socket) => void,
): Promise<{ readonly server: Server; readonly path: string; readonly close: () => void }> {
  const address =
    path === undefined ? socketAddress(hostDirectory(), `kernel-${randomBytes(4).toString("hex")}`) : resolve(path);
  if (path !== undefined && !isWindows) {
    await prepare(address).catch((error: Error) => {
      throw IsolationError.is(error)
        ? error
        : invalidOption("socket", `a path to listen on (${error.message})`, address);
    });
  }
  const server = createServer({ allowHalfOpen: false }, onSocket);
  await new Promise<void>((done, reject) => {
    server.once("error", (error) => reject(invalidOption("socket", `a path to listen on (${error.message})`, address)));
    // The socket is made before listen() returns: so nobody else could ever have opened it.
    const umask = isWindows ? undefined : setUmask(0o177);
    server.listen({ path: address, exclusive: true }, done);
    if (umask !== undefined) process.umask(umask);
  });
  if (!isWindows) chmodSync(address, 0o600);
  return { server, path: address, close: socketCloser(server, address) };
}

/** Worker threads cannot set it; the folder protects the socket until its mode is set. */
function setUmask(mask: number): number | undefined {
  try {
    return process.umask(mask);
  } catch {
    return undefined;
  }
}

/** The folder exists and is safe, and what a kernel that was killed has left there is gone. */
async function prepare(address: string): Promise<void> {
  const folder = dirname(address);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { mode, uid } = statSync(folder);
  const isOurs = uid === process.geteuid?.() || uid === 0;
  const isSticky = (mode & 0o1000) !== 0;
  if (!isOurs || ((mode & 0o022) !== 0 && !isSticky))
    throw invalidOption("socket", "in a folder of the kernel's own user that nobody else may write", address);
  const stats = lstatSync(address, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket()) throw invalidOption("socket", "a path where there is no file yet", address);
  if ((await isListening(address)) || !removeDead(address, stats)) {
    throw new IsolationError(
      "INVALID_OPTION",
      `socket: somebody listens on ${address} already; is that kernel running?`,
    );
  }
}

/**
 * Removes a socket on which nobody listens, but not one that another kernel has put in its place since.
 *
 * @returns whether the path is free
 */
function removeDead(address: string, dead: BigIntStats): boolean {
  const aside = `${address}.${randomBytes(4).toString("hex")}`;
  try {
    renameSync(address, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
    throw error;
  }
  const { ino, mtimeNs } = lstatSync(aside, { bigint: true });
  const isDead = ino === dead.ino && mtimeNs === dead.mtimeNs;
  if (!isDead) linkSync(aside, address);
  unlinkSync(aside);
  return isDead;
}

function isListening(address: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(address);
    const end = (answer: boolean): void => {
      socket.destroy();
      done(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      end(error.code !== "ECONNREFUSED" && error.code !== "ENOENT"),
    );
  });
}
