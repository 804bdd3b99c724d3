import { expect, test } from "vitest";
import { mountArguments } from "../../src/sandbox/mounts.js";

test("what lies inside of another mount comes after it", () => {
  expect(
    mountArguments([
      { kind: "writable", path: "/data/out" },
      { kind: "readable", path: "/data" },
      { kind: "private", path: "/tmp" },
      { kind: "optional", path: "/" },
    ]),
  ).toEqual(
    ["--ro-bind-try / /", "--ro-bind /data /data", "--tmpfs /tmp", "--bind /data/out /data/out"].flatMap((line) =>
      line.split(" "),
    ),
  );
});

test("a folder in memory holds no more than its size", () => {
  expect(mountArguments([{ kind: "private", path: "/tmp", size: 4096 }])).toEqual([
    "--size",
    "4096",
    "--tmpfs",
    "/tmp",
  ]);
});

test("of two mounts at one path the later one holds", () => {
  expect(
    mountArguments([
      { kind: "private", path: "/tmp" },
      { kind: "writable", path: "/tmp" },
    ]),
  ).toEqual(["--bind", "/tmp", "/tmp"]);
});

test("what is shown already is not mounted once more, unless something lies between", () => {
  const link = { kind: "link", path: "/lib", target: "usr/lib" } as const;
  expect(mountArguments([link])).toEqual(["--symlink", "usr/lib", "/lib"]);
  const root = { kind: "readable", path: "/" } as const;
  expect(mountArguments([link, root, { kind: "optional", path: "/etc/hosts" }])).toEqual(["--ro-bind", "/", "/"]);
  expect(
    mountArguments([root, { kind: "private", path: "/tmp" }, { kind: "readable", path: "/tmp/a" }]).slice(3),
  ).toEqual(["--tmpfs", "/tmp", "--ro-bind", "/tmp/a", "/tmp/a"]);
  const out = { kind: "writable", path: "/out" } as const;
  expect(mountArguments([out, { kind: "readable", path: "/out/fixed" }])).toContain("--ro-bind");
});

test("processes and devices are those of the sandbox", () => {
  expect(
    mountArguments([
      { kind: "processes", path: "/proc" },
      { kind: "devices", path: "/dev" },
    ]),
  ).toEqual(["--proc", "/proc", "--dev", "/dev"]);
});
