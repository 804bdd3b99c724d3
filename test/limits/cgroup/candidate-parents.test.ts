import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { candidateParents } from "../../../src/limits/cgroup/candidate-parents.js";
import { useDirectory } from "../../helpers/use-directory.js";

/** Folders as the kernel has them, with what is in their files. */
function useTree(files: Record<string, string>): string {
  const root = useDirectory();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const inGroup = (folder: string) => [{ version: 2 as const, controllers: [], folder }];
const ALL = "cpuset cpu io memory pids\n";

test("in version 1 groups are made below our own, in each tree", () => {
  const own = [
    { version: 1 as const, controllers: ["cpu", "cpuacct"], folder: "/cpu/here" },
    { version: 1 as const, controllers: ["memory"], folder: "/memory/here/too" },
  ];
  expect(candidateParents(own, false)).toEqual({
    limiting: { cpu: { version: 1, folder: "/cpu/here" }, memory: { version: 1, folder: "/memory/here/too" } },
    killable: [],
  });
});

test("in version 2 groups are made beside our own, where we were put a level deeper", () => {
  const root = useTree({
    "app.service/cgroup.procs": "",
    "app.service/cgroup.controllers": "io memory pids\n",
    "app.service/cgroup.subtree_control": "memory pids\n",
    "app.service/main/cgroup.type": "domain\n",
  });
  const parent = { version: 2, folder: `${root}/app.service` };
  const { limiting, killable } = candidateParents(inGroup(`${root}/app.service/main`), true);
  expect(limiting).toEqual({ memory: parent, pids: parent });
  expect(killable).toEqual([parent, { version: 2, folder: `${root}/app.service/main` }]);
});

test("a slice is systemd's alone: its groups can only be killed", () => {
  const root = useTree({
    "app.slice/cgroup.procs": "",
    "app.slice/cgroup.controllers": ALL,
    "app.slice/cgroup.subtree_control": ALL,
    "app.slice/app.service/cgroup.type": "domain\n",
  });
  const own = `${root}/app.slice/app.service`;
  expect(candidateParents(inGroup(own), true)).toEqual({ limiting: {}, killable: [{ version: 2, folder: own }] });
  expect(Object.keys(candidateParents(inGroup(own), false).limiting)).toEqual(["memory", "pids", "cpu", "cpuset"]);
});

test("at the root of the tree, which has no type, groups are made below our own; not so where systemd rules", () => {
  const root = useTree({ "cgroup.controllers": "memory\n", "cgroup.subtree_control": "memory\n" });
  expect(candidateParents(inGroup(root), false).limiting).toEqual({ memory: { version: 2, folder: root } });
  expect(candidateParents(inGroup(root), true).limiting).toEqual({});
});
