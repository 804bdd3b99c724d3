import { constants } from "node:os";

/** How a process ended: a code or a signal, never both. */
interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const SHELL_OFFSET = 128;

const SIGNALS: ReadonlyMap<number, NodeJS.Signals> = new Map(
  (Object.entries(constants.signals) as [NodeJS.Signals, number][])
    // SIGIOT and SIGPOLL are second names of SIGABRT and SIGIO.
    .filter(([name]) => name !== "SIGIOT" && name !== "SIGPOLL")
    .map(([name, number]) => [number, name]),
);

/**
 * How the process in the sandbox ended, from how `bwrap` did: it exits with 128 plus the number of the signal, as a shell
 * does. A program that itself exits with such a code cannot be told from one that was killed.
 */
export function decodeBubblewrapExit(exit: Exit): Exit {
  const signal = exit.code === null ? undefined : SIGNALS.get(exit.code - SHELL_OFFSET);
  return signal === undefined ? exit : { code: null, signal };
}
