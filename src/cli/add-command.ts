import type { Command } from "commander";

/** Defines one command of the program, whose action calls `end` with the exit code. */
export type AddCommand = (program: Command, end: (exitCode: number) => void) => void;
