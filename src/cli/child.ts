import type { Command } from "commander";

const HELP = `
For programs in other languages that start Node.js isolates: the process speaks the handshake of docs/protocol.md on the
inherited descriptor 3, and Session on descriptor 4. Arguments are ignored. Flags for Node.js go before the script.

Examples:
  pihost child my-isolate
  node --max-old-space-size=256 node_modules/process-isolation/dist/cli/main.mjs child my-isolate`;

/** `pihost child`, as the help has it; the command itself is told apart before any of this is loaded. */
export function addChildCommand(program: Command): void {
  program
    .command("child")
    .description("be an isolate of the program that starts this, over descriptors 3 and 4")
    .argument("[name...]", "ignored; shown by ps")
    .addHelpText("after", HELP);
}
