import { inspect } from "node:util";
import { BOUNDARY_LINE } from "../codec/error-stack.js";
import { FROM_ADVICE, IsolationError, type IsolationErrorCode } from "../errors/index.js";
import { CommandFailure } from "./command-failure.js";
import { EXIT } from "./exit-codes.js";
import { note } from "./output.js";
import { hasColours, printableLines } from "./terminal.js";

/** What is neither the caller's mistake nor a failed start is a failed operation. */
const EXIT_OF_CODE: { readonly [code in IsolationErrorCode]?: number } = {
  INVALID_OPTION: EXIT.usage,
  MODULE_NOT_FOUND: EXIT.usage,
  METHOD_NOT_FOUND: EXIT.usage,
  START_FAILED: EXIT.cannotStart,
  START_TIMEOUT: EXIT.cannotStart,
  PROTOCOL: EXIT.cannotStart,
  NOT_SERIALIZABLE: EXIT.software,
  DEADLINE_EXCEEDED: EXIT.timeout,
};

const FROM_OPTION = "; relative paths are resolved in the folder that --from names, by default the working directory";

/** Says on stderr what went wrong in the command; returns the exit code. */
export function reportError(error: unknown): number {
  if (error instanceof CommandFailure) {
    tell(`pihost: ${error.message}`);
    return error.exitCode;
  }
  if (IsolationError.is(error)) return reportIsolationError(error);
  tell(`pihost: unexpected: ${inspect(error)}`);
  return EXIT.software;
}

/** Says on stderr what a call rejected with: an error of the framework, or what the user's code threw. */
export function reportCallError(error: unknown): number {
  if (error instanceof CommandFailure) return reportError(error);
  if (IsolationError.is(error)) return reportIsolationError(error);
  if (error instanceof Error) dropOwnFrames(error);
  const shown = inspect(error, { colors: hasColours(process.stderr), depth: 4 });
  tell(error instanceof Error ? shown : `thrown, though not an error: ${shown}`);
  return EXIT.failed;
}

/** The half of a remote error's stack that tells where it was called from is this command's own. */
function dropOwnFrames(error: Error): void {
  const stack = error.stack?.split(`\n${BOUNDARY_LINE}`)[0];
  if (stack !== undefined) Object.defineProperty(error, "stack", { value: stack, configurable: true });
}

function reportIsolationError(error: IsolationError): number {
  tell(`pihost: ${error.message.replace(FROM_ADVICE, FROM_OPTION)}`);
  // What the module threw while it was loaded says where.
  if (error.code === "MODULE_FAILED" && error.cause !== undefined) {
    tell(inspect(error.cause, { colors: hasColours(process.stderr), depth: 4 }));
  }
  return EXIT_OF_CODE[error.code] ?? EXIT.failed;
}

/** Messages and stacks may be those of a process that is not trusted. */
function tell(text: string): void {
  note(printableLines(text));
}
