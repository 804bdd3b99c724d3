import { execFileSync } from "node:child_process";
import { IsolationError } from "../errors/index.js";

/** What decides about permissions in one Node.js. */
export interface NodeRuntime {
  /** As `process.versions.node` has it: "24.1.0". */
  readonly version: string;
  /** The command-line flags that it takes from `NODE_OPTIONS` too, all flags about permissions among them. */
  readonly flags: ReadonlySet<string>;
}

const PROBE = "JSON.stringify([process.versions.node, [...process.allowedNodeEnvironmentFlags]])";
const PROBE_TIMEOUT_MS = 10_000;

const others = new Map<string, NodeRuntime>();

/**
 * The Node.js at `execPath`. Any but the host's own is started once to ask it, which blocks for some 50 ms.
 *
 * @throws IsolationError `INVALID_OPTION` when it does not answer as a Node.js does
 */
export function nodeRuntime(execPath: string): NodeRuntime {
  if (execPath === process.execPath) {
    return { version: process.versions.node, flags: new Set(process.allowedNodeEnvironmentFlags) };
  }
  let runtime = others.get(execPath);
  if (runtime === undefined) {
    runtime = ask(execPath);
    others.set(execPath, runtime);
  }
  return runtime;
}

function ask(execPath: string): NodeRuntime {
  try {
    const answer = execFileSync(execPath, ["-p", PROBE], {
      // NODE_OPTIONS is not to decide what it says of itself.
      env: { PATH: process.env.PATH ?? "" },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: PROBE_TIMEOUT_MS,
      windowsHide: true,
    });
    const [version, flags] = JSON.parse(answer) as [string, string[]];
    return { version, flags: new Set(flags) };
  } catch (cause) {
    const message = `permissions need a Node.js that says what it can enforce; execPath ${JSON.stringify(execPath)} did not`;
    throw new IsolationError("INVALID_OPTION", message, { cause });
  }
}
