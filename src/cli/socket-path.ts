import { lstatSync, type Stats, unlinkSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";
import { longestSocketPath } from "../platform/index.js";
import { CommandFailure } from "./command-failure.js";
import { EXIT } from "./exit-codes.js";
import { statIfPresent } from "./stat-if-present.js";

const OTHERS_CAN_ENTER = 0o077;

/** Whether the address names a Windows pipe, which is no file. */
export function isPipe(address: string): boolean {
  return /^[\\/]{2}[.?][\\/]pipe[\\/]/.test(address);
}

/**
 * Makes sure that a socket can be made at the path: a dead socket of ours is removed, anything else is left alone and
 * refused. Resolves with warnings about who else can reach the place.
 *
 * @throws CommandFailure
 */
export async function clearSocketPath(path: string): Promise<string[]> {
  if (isPipe(path)) return [];
  const longest = longestSocketPath();
  const bytes = Buffer.byteLength(path);
  if (bytes > longest) {
    throw new CommandFailure(EXIT.usage, `--socket must be at most ${longest} bytes long; ${path} has ${bytes}`);
  }
  const directory = statIfPresent(dirname(path));
  if (directory?.isDirectory() !== true) {
    throw new CommandFailure(EXIT.cannotStart, `there is no directory ${dirname(path)} for the socket`);
  }
  const present = lstatSync(path, { throwIfNoEntry: false });
  if (present !== undefined) await removeDeadSocket(path, present);
  return warningsAbout(dirname(path), directory);
}

async function removeDeadSocket(path: string, present: Stats): Promise<void> {
  const refuse = (why: string): never => {
    throw new CommandFailure(EXIT.cannotStart, `${path} ${why}; name another one, or remove it yourself`);
  };
  if (!present.isSocket()) refuse("exists and is no socket");
  if (present.uid !== process.geteuid?.()) refuse("is a socket of another user");
  if (await hasListener(path)) refuse("is a socket that another process serves");
  unlinkSync(path);
}

/** A socket whose process is gone refuses connections; any other answer counts as alive. */
function hasListener(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "ECONNREFUSED"));
  });
}

function warningsAbout(path: string, { mode, uid }: Stats): string[] {
  if (uid === process.geteuid?.() && (mode & OTHERS_CAN_ENTER) === 0) return [];
  return [
    `${path} is not private: others can see the socket there, and whoever may write there can replace it; ` +
      "make a directory with mkdir -m 700",
  ];
}
