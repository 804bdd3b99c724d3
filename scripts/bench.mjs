// npm run bench [-- options]: installs and builds if need be, then measures; see bench/options.mjs.
import { join } from "node:path";
import { nodeOfLine } from "./node-versions.mjs";
import { prepareWorkspace } from "./prepare-workspace.mjs";
import { leaveInterruptsToTheChild, runCommand } from "./run-command.mjs";
import { repositoryRoot } from "./workspace.mjs";

/** Settings of the shell or of npm that would make every Node start slower, or another way than a user's. */
const NOT_INHERITED = /^(NODE_|npm_)/i;

/** Takes `--node a,b` out of the arguments. @param {readonly string[]} args */
function takeNodes(args) {
  const rest = [...args];
  const at = rest.findIndex((arg) => arg === "--node" || arg.startsWith("--node="));
  if (at < 0) return { nodes: [process.execPath], rest };
  const [option = "", value = ""] = rest.splice(at, rest[at] === "--node" ? 2 : 1);
  return { nodes: (option.includes("=") ? option.slice("--node=".length) : value).split(","), rest };
}

/** @param {string} node a major version, or the path of an executable */
function toExecutable(node) {
  return /^\d+$/.test(node) ? nodeOfLine(Number(node)) : node;
}

const { nodes, rest } = takeNodes(process.argv.slice(2));
await prepareWorkspace();
leaveInterruptsToTheChild();
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name)));
for (const node of nodes) {
  const args = ["--expose-gc", join(repositoryRoot, "bench/main.mjs"), ...rest];
  const { code } = await runCommand(await toExecutable(node), args, { cwd: repositoryRoot, env, inherit: true });
  if (code !== 0) process.exitCode = code;
}
