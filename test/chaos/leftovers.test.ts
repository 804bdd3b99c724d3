import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { awaitNothingLeft, createRunDirectory } from "../../chaos/witness.mjs";
import { waitForExit } from "../../src/platform/index.js";
import { CGROUP_PARENTS, useCgroup } from "../platform/support.js";

test.runIf(process.platform === "linux")(
  "a process, a socket, a directory, shared memory and a control group that are left are found, and the process is ended",
  { timeout: 60_000 },
  async () => {
    const directory = createRunDirectory();
    onTestFinished(() => directory.remove());
    const mark = `${directory.path}#1;`;
    const processes = [useMarked(mark), useMarked(mark, { detached: true })];
    const socket = join(directory.environment.XDG_RUNTIME_DIR, "s.sock");
    writeFileSync(socket, "");
    const folder = join(directory.environment.TMPDIR, "pi-host-abcdefabcdef");
    mkdirSync(folder);
    const segment = useSegment(folder);
    directory.hosts.add(process.pid);
    const groups = CGROUP_PARENTS.map(useCgroup);
    const { left } = await awaitNothingLeft({ mark: `CHAOS_MARK=${mark}`, known: [], files: directory.leftovers });
    for (const path of [socket, folder, segment, ...groups]) expect(left).toContain(path);
    for (const { pid } of processes) {
      expect(left).toContainEqual(expect.stringMatching(`^process ${pid} \\(state S, parent \\d+\\): sleep 1000`));
      expect(await waitForExit([pid as number], 5_000)).toEqual([]);
    }
    expect(left).toHaveLength(processes.length + 3 + groups.length);
  },
);

function useMarked(mark: string, options: { detached?: boolean } = {}): ChildProcess {
  const child = spawn("sleep", ["1000"], { ...options, stdio: "ignore", env: { CHAOS_MARK: mark } });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** A directory in shared memory that says it is of the host with that directory. */
function useSegment(host: string): string {
  const path = `/dev/shm/pi-${process.pid}`;
  mkdirSync(path, { mode: 0o700 });
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  writeFileSync(join(path, "process-isolation.json"), JSON.stringify({ sockets: host }));
  return path;
}
