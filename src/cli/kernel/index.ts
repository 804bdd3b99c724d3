import type { AddCommand } from "../add-command.js";
import { addChangeCommands } from "./change.js";
import { addCheckCommand } from "./check.js";
import { addDashboardCommand } from "./dashboard.js";
import { addDownCommand } from "./down.js";
import { addEventsCommand } from "./events.js";
import { addGraphCommand } from "./graph.js";
import { addLogsCommand } from "./logs.js";
import { addLsCommand } from "./ls.js";
import { addTokenCommand } from "./token.js";
import { addTopCommand } from "./top.js";
import { addUpCommand } from "./up.js";

/** The commands for kernels. */
export const KERNEL_COMMANDS: readonly AddCommand[] = [
  addUpCommand,
  addDownCommand,
  addLsCommand,
  addTopCommand,
  addDashboardCommand,
  addLogsCommand,
  addEventsCommand,
  addChangeCommands,
  addGraphCommand,
  addTokenCommand,
  addCheckCommand,
];
