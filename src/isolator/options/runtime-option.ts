import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { NODE_FEATURES } from "../../contract/index.js";
import { IsolationError, invalidOption, ownOptions } from "../../errors/index.js";
import { pihostEntry } from "../../process/index.js";
import type { FeatureNeed } from "../../supervision/index.js";
import { aString, strings } from "./checks.js";

/**
 * What runs the modules: this package's pihost on Node.js; its pihost on Python 3; or any executable that speaks the handshake of
 * docs/protocol.md on descriptors 3 and 4, started with these arguments and then the isolate's name.
 */
export type RuntimeOption = "node" | "python" | { command: readonly [executable: string, ...args: string[]] };

/** The same after validation. */
export type ResolvedRuntime = { readonly kind: "node" } | CommandRuntime;

export interface CommandRuntime {
  readonly kind: "command";
  readonly executable: string;
  readonly args: readonly string[];
  /** Over the child's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What it reads to start, beside the executable; empty for nothing. */
  readonly folder: string;
}

const NODE: ResolvedRuntime = Object.freeze({ kind: "node" });

/** Options that say how Node.js is started. */
const OF_NODE = ["execPath", "execArgv", "pihostPath"] as const;

const PYTHON_MODULE = "process_isolation_pihost";

/**
 * @param given all options, as they were given
 * @param env the child's environment
 * @throws IsolationError `INVALID_OPTION` also for options that are for Node.js alone
 */
export function resolveRuntime(
  given: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>>,
): ResolvedRuntime {
  const { runtime } = given;
  if (runtime === undefined || runtime === "node") return NODE;
  const resolved = runtime === "python" ? pythonRuntime(env) : commandRuntime(runtime);
  const stray = OF_NODE.find((name) => given[name] !== undefined);
  if (stray === undefined) return resolved;
  throw new IsolationError(
    "INVALID_OPTION",
    `${stray} is for runtime: "node"; leave it out, or put it into the command`,
  );
}

/** Refuses before the start what no runtime but Node.js can keep. */
export function refuseForCommand(needs: readonly FeatureNeed[], runtime: ResolvedRuntime): void {
  if (runtime.kind === "node") return;
  const refused = needs.find(({ feature }) => NODE_FEATURES.includes(feature));
  if (refused === undefined) return;
  throw new IsolationError(
    "INVALID_OPTION",
    `${refused.option} is kept by Node.js alone; leave it out, or use runtime: "node"`,
  );
}

function commandRuntime(value: unknown): CommandRuntime {
  if (typeof value !== "object" || value === null) {
    throw invalidOption("runtime", '"node", "python" or { command: [executable, ...args] }', value);
  }
  const { command } = ownOptions("runtime", value, ["command"]);
  const [executable = "", ...args] = strings("runtime.command", command);
  if (executable === "") throw invalidOption("runtime.command", "an executable, and its arguments", command);
  return { kind: "command", executable: aString("runtime.command[0]", executable), args, env: {}, folder: "" };
}

/**
 * The package is run as a folder: with `-m`, a file in the working directory could stand in for one of Python's own modules.
 * Each line is written when it is there.
 */
function pythonRuntime(env: Readonly<Record<string, string>>): CommandRuntime {
  const folder = join(dirname(pihostEntry()), "../../pihost/python");
  if (!existsSync(join(folder, PYTHON_MODULE))) {
    throw new IsolationError(
      "INVALID_OPTION",
      `runtime "python" needs ${JSON.stringify(join(folder, PYTHON_MODULE))}, which is not there`,
    );
  }
  return {
    kind: "command",
    executable: env.PIHOST_PYTHON ?? process.env.PIHOST_PYTHON ?? "python3",
    args: [join(folder, PYTHON_MODULE)],
    env: { PYTHONUNBUFFERED: "1" },
    folder,
  };
}
