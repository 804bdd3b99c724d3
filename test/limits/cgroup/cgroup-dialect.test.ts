import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dialectOf } from "../../../src/limits/cgroup/cgroup-dialect.js";
import { useDirectory } from "../../helpers/use-directory.js";

function useGroup(files: Record<string, string>): string {
  const folder = useDirectory();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test("version 2 tells a kill of its own from one by a shortage elsewhere", () => {
  const events = (oom: number) => `low 0\nhigh 0\nmax 12\noom ${oom}\noom_kill 2\noom_group_kill 1\n`;
  expect(dialectOf(2).memoryKills(useGroup({ "memory.events": events(1) }))).toBe(2);
  expect(dialectOf(2).memoryKills(useGroup({ "memory.events": events(0) }))).toBe(0);
});

test("version 1 does so by whether it was full", () => {
  const files = {
    "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
    "memory.limit_in_bytes": "100000000\n",
  };
  expect(dialectOf(1).memoryKills(useGroup({ ...files, "memory.max_usage_in_bytes": "99995648\n" }))).toBe(1);
  expect(dialectOf(1).memoryKills(useGroup({ ...files, "memory.max_usage_in_bytes": "50000000\n" }))).toBe(0);
});

test("the page cache is not in use, but shared memory is", () => {
  const v2 = useGroup({ "memory.current": "1000\n", "memory.stat": "anon 500\nfile 400\nshmem 100\n" });
  expect(dialectOf(2).memoryInUse(v2, 500)).toBe(700);
  const v1 = useGroup({
    "memory.usage_in_bytes": "1000\n",
    "memory.stat": "cache 1\ntotal_cache 400\ntotal_shmem 100\n",
  });
  expect(dialectOf(1).memoryInUse(v1, 500)).toBe(700);
});

test("a group that is gone has nothing to tell", () => {
  for (const version of [1, 2] as const) {
    const dialect = dialectOf(version);
    expect(dialect.memoryInUse("/nowhere", 500)).toBeUndefined();
    expect(dialect.memoryPeak("/nowhere")).toBeUndefined();
    expect([dialect.memoryKills("/nowhere"), dialect.pidsRefused("/nowhere")]).toEqual([0, 0]);
  }
});
