import type { Command } from "commander";
import type { AddCommand } from "../add-command.js";
import { EXIT } from "../exit-codes.js";
import { CHOICE_HELP } from "./choose-kernel.js";

const HELP = `
NAME is an isolate; without one, all of them. Events of the kernel itself are shown in any case. It goes on until Ctrl+C, or the
end of the kernel.
${CHOICE_HELP}

Examples:
  pihost events
  pihost events --json parser | jq -r 'select(.type == "exited").facts.outcome.description'`;

/** `pihost events` */
export const addEventsCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("events")
    .description("what happens in a kernel, as it happens")
    .argument("[names...]", "the isolates")
    .option("-k, --kernel <name|socket>", "the kernel")
    .option("--json", "print a line of JSON for each")
    .addHelpText("after", HELP);
  command.action(async (names: string[], options: { kernel?: string; json?: true }) => {
    const { printEvents } = await import("./print-events.js");
    await printEvents(names, options);
    end(EXIT.done);
  });
};
