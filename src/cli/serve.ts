import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { EXIT_CODES_HELP } from "./exit-codes.js";
import { token } from "./option-values.js";

const HELP = `
For debugging the contract with grpcurl and its kind: the modules are loaded into this very process, nothing supervises
it and nothing restarts it. Every request needs the token. Ctrl+C ends it in order, a second one at once.

Give the socket a directory that only you can enter. A token given with --token can be seen by every user of the machine
that lists processes; without it a random one is made.

Examples:
  mkdir -m 700 /tmp/mine && pihost serve --socket /tmp/mine/pihost.sock
  pihost serve --socket ./pihost.sock --from ./plugins
${EXIT_CODES_HELP}`;

/** The options of `pihost serve`. */
export interface ServeOptions {
  readonly socket: string;
  readonly from: string;
  readonly token: string;
}

/** `pihost serve` */
export function addServeCommand(program: Command): void {
  const command = program
    .command("serve")
    .description("serve the contract on a socket, by hand, for grpcurl")
    .requiredOption("--socket <path>", "the socket to make; on Windows a pipe such as \\\\.\\pipe\\mine")
    .option("--from <dir>", "where modules are looked for ", ".")
    .option("--token <hex>", "64 hexadecimal digits that requests must present (default: random)", token)
    .addHelpText("after", HELP);
  command.action(async (options: Omit<ServeOptions, "token"> & { token?: string }) => {
    const { serve } = await import("./serve-by-hand.js");
    await serve({ token: randomBytes(32).toString("hex"), ...options });
  });
}
