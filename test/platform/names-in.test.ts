import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { namesIn } from "../../src/platform/names-in.js";
import { isPrivateName, newPrivateName, PRIVATE_NAME_BYTES } from "../../src/platform/private-name.js";
import { useDirectory } from "./support.js";

const openDescriptors = (): number => readdirSync("/proc/self/fd").length;

test("all names of a folder are told, however many there are", () => {
  const folder = useDirectory();
  const names = Array.from({ length: 300 }, (_, index) => `file-${index}`);
  for (const name of names) writeFileSync(join(folder, name), "");
  expect([...namesIn(folder)].sort()).toEqual([...names].sort());
});

test.runIf(process.platform === "linux")("a folder is closed also when not all of its names are asked for", () => {
  const folder = useDirectory();
  for (let index = 0; index < 300; index += 1) mkdirSync(join(folder, `${index}`));
  const before = openDescriptors();
  for (let round = 0; round < 20; round += 1) {
    for (const name of namesIn(folder)) if (name !== "") break;
  }
  expect(openDescriptors()).toBe(before);
});

test("a folder that is gone, and a file, have none", () => {
  const folder = useDirectory();
  writeFileSync(join(folder, "file"), "");
  chmodSync(join(folder, "file"), 0o600);
  expect([...namesIn(join(folder, "none"))]).toEqual([]);
  expect([...namesIn(join(folder, "file"))]).toEqual([]);
});

test("a host's directory is known by the whole of its name", () => {
  const name = newPrivateName();
  expect(name).toHaveLength(PRIVATE_NAME_BYTES);
  expect(isPrivateName(name)).toBe(true);
  const others = [`${name}0`, `x${name}`, name.slice(0, -1), name.toUpperCase(), "pi-host-", "pi-1", `${name}.0`, ""];
  expect(others.filter(isPrivateName)).toEqual([]);
  expect(newPrivateName()).not.toBe(name);
});
