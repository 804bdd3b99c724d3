import { type Command, Option } from "commander";
import type { AddCommand } from "../add-command.js";
import { metricsAddress, milliseconds } from "../option-values.js";
import type { UpOptions } from "./up-options.js";

const HELP = `
FILE is a manifest, or a folder with one; without it pihost.yaml, .yml, .json, .ts or .mjs of the working directory.

On a terminal, a table of the isolates stays below what they write; else every line is written after its isolate's name.
Isolates may be granted host.log, with debug, info, warn and error: lines of it are written like their own.
The first Ctrl+C (or SIGTERM) stops the isolates in order, the second ends them at once.

--watch replaces an isolate when the file of its module changes, or one that it imports within the manifest's folder, without
a lost call; a version that cannot be started is reported, and the present one goes on.

--metrics needs the package prom-client. Hosts that are not of the loopback interface need a token, in the environment variable
PIHOST_METRICS_TOKEN, which requests show as "authorization: Bearer TOKEN".

Examples:
  pihost up
  pihost up --metrics 9464
  pihost up --watch ./services
  pihost up -d && pihost ls shop && pihost down shop`;

/** `pihost up` */
export const addUpCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("up")
    .description("start the kernel of a manifest: many isolates under one lifetime")
    .argument("[file]", "the manifest, or its folder")
    .option("--watch", "replace isolates when their files change")
    .option(
      "--grace <ms>",
      "milliseconds that running calls get when it stops (default: each isolate's own)",
      milliseconds(),
    )
    .option(
      "--metrics <[host:]port>",
      "serve GET /metrics for Prometheus there (default host: 127.0.0.1; 0 is any free port)",
      metricsAddress,
    )
    .option("--plain", "lines instead of a table, on a terminal, too")
    .addOption(
      new Option("--json", "every event, and every line that is written, as a line of JSON").implies({ plain: true }),
    )
    .option("-d, --detach", "return once it is ready; it goes on without a terminal, and writes into a file")
    .addHelpText("after", HELP);
  command.action(async (file: string | undefined, options: UpOptions) => {
    if (options.detach) {
      const { upDetached } = await import("./up-detached.js");
      return end(await upDetached(file, options));
    }
    const { upHere } = await import("./up-here.js");
    return end(await upHere(file, options));
  });
};
