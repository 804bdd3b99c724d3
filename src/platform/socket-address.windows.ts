import { win32 } from "node:path";
import { IsolationError } from "../errors/index.js";
import { checkSocketName } from "./socket-name.js";

/** The longest name that CreateNamedPipe takes, in characters, `\\.\pipe\` included. */
const PIPE_NAME_LIMIT = 256;

/** `\\.\pipe\process-isolation-DIRECTORY-NAME`: pipes have no directories, so the host's one becomes part of the name. */
export function windowsSocketAddress(directory: string, name: string): string {
  checkSocketName(name);
  const pipe = `\\\\.\\pipe\\process-isolation-${win32.basename(directory)}-${name}`;
  if (pipe.length <= PIPE_NAME_LIMIT) return pipe;
  throw new IsolationError(
    "START_FAILED",
    `pipe name ${pipe} is ${pipe.length} characters long, and Windows takes at most ${PIPE_NAME_LIMIT}`,
  );
}
