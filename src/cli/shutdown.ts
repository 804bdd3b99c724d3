import type { Command } from "commander";
import type { HostChannel } from "../channel/grpc/index.js";
import type { AddCommand } from "./add-command.js";
import { CommandFailure } from "./command-failure.js";
import { EXIT } from "./exit-codes.js";
import { milliseconds } from "./option-values.js";
import { print } from "./output.js";

const HELP = `
The isolate refuses new calls, lets running ones finish within --grace, and exits with code 0. Its host takes this for
the end it is, and starts no other in its place.

Examples:
  pihost shutdown worker
  pihost shutdown worker --reason "new version" --grace 30000`;

/** How much longer than its grace period a process may take to end. */
const MARGIN_MS = 2_000;

/** `pihost shutdown` */
export const addShutdownCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("shutdown")
    .description("end a live isolate in order")
    .argument("<name|pid>", "the isolate, as pihost ps shows it")
    .option("--reason <text>", "why, for its log and the errors of refused calls", "requested by pihost shutdown")
    .option("--grace <ms>", "milliseconds that running calls get to finish", milliseconds(), 5_000)
    .addHelpText("after", HELP);
  command.action(async (nameOrPid: string, { reason, grace }: { reason: string; grace: number }) => {
    const [{ findLive, withChannel, answerInTime, SHORT_ANSWER_BYTES }, { waitForExit }] = await Promise.all([
      import("./live-isolate.js"),
      import("../platform/index.js"),
    ]);
    const record = findLive(nameOrPid);
    const { name, pid } = record;
    const ask = (channel: HostChannel): Promise<number> => answerInTime(record, channel.shutdown(reason, grace));
    const asked = withChannel(record, ask, SHORT_ANSWER_BYTES);
    const running = await asked.catch(async (error: unknown) => {
      // A process that has ended has understood, even if its answer is lost.
      if ((await waitForExit([pid], MARGIN_MS)).length > 0) throw error;
      return 0;
    });
    if ((await waitForExit([pid], grace + MARGIN_MS)).length > 0) {
      const waited = `${grace + MARGIN_MS} ms after it agreed to end`;
      throw new CommandFailure(EXIT.failed, `${name} (pid ${pid}) still runs ${waited}`);
    }
    print(`${name} (pid ${pid}) has ended${running === 0 ? "" : `; ${running} calls were running`}`);
    end(EXIT.done);
  });
};
