import { constants } from "node:os";

/** The exit codes that the command itself chooses. Those above 2 follow `sysexits.h`, 124 follows `timeout(1)`. */
export const EXIT = {
  done: 0,
  /** The operation failed, or user code threw. */
  failed: 1,
  /** The command line asks for something that does not exist. */
  usage: 2,
  /** The isolated process cannot start, the address cannot be served. */
  cannotStart: 69,
  /** The method's result is no exit code; also an error inside the command. */
  software: 70,
  cannotWrite: 74,
  timeout: 124,
  /** 128 plus SIGPIPE. */
  brokenPipe: 141,
} as const;

/** The exit code by which shells report a signal. */
export function signalExitCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** For `--help`. */
export const EXIT_CODES_HELP = `
Exit codes:
  0-255  from the program: the method's result, or the process's own exit code
  1      the method threw, or what was asked for failed
  2      wrong usage: a bad option, a module or method that does not exist
  69     the isolated process cannot start, or the address cannot be served
  70     the method's result is no exit code, or cannot be printed as JSON
  74     stdout or stderr cannot be written to
  124    --timeout passed
  128+n  the isolated process, or this command, was ended by signal n`;
