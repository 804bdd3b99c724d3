import { randomBytes } from "node:crypto";
import { win32 } from "node:path";
import { IsolationError } from "../errors/index.js";
import { checkSocketName } from "./socket-name.js";

/** The longest name that CreateNamedPipe takes, in characters, `\\.\pipe\` included. */
const PIPE_NAME_LIMIT = 256;

/** All pipes of the machine are in one folder, where everybody may make them: the name is this host's, and cannot be guessed. */
let host: string | undefined;

/** `\\.\pipe\process-isolation-RANDOM-HOST-PROCESS-NAME`, with the last two parts of the directory. */
export function windowsSocketAddress(directory: string, name: string): string {
  checkSocketName(name);
  const place = [win32.basename(win32.dirname(directory)), win32.basename(directory)].join("-");
  host ??= randomBytes(16).toString("hex");
  const pipe = `\\\\.\\pipe\\process-isolation-${host}-${place}-${name}`;
  if (pipe.length <= PIPE_NAME_LIMIT) return pipe;
  throw new IsolationError(
    "START_FAILED",
    `pipe name ${pipe} is ${pipe.length} characters long, and Windows takes at most ${PIPE_NAME_LIMIT}`,
  );
}
