import { spawnSync } from "node:child_process";

/** The command line that runs another one in namespaces of its own: of mounts, processes and the network. */
export const UNSHARE = ["unshare", "--mount", "--pid", "--fork", "--net"] as const;

/** Why no such namespaces can be made here; undefined when they can. In CI the tests fail instead. */
export const noUnshare: string | undefined = reason();

function reason(): string | undefined {
  if (process.platform !== "linux") return "namespaces are for Linux";
  const [program, ...args] = UNSHARE;
  if (process.env.CI || spawnSync(program, [...args, "true"]).status === 0) return undefined;
  process.stderr.write("tests of other namespaces are skipped: they need unshare, and the right to use it\n");
  return "unshare is missing or refused";
}
