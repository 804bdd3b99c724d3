import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isMissing } from "../helpers/tool-of-the-machine.js";
import { usePayloadHost } from "./use-payload-host.js";
import { type End, settle, useSessionPair } from "./use-session-pair.js";

const KIB = 1024;
const MIB = 1024 * KIB;

/** The command line that runs another one with a /dev/shm of its own, mounted with these options. */
function privateMemory(options: string, then = ""): string[] {
  const mount = `mount -t tmpfs -o ${options} tmpfs /dev/shm ${then} && exec "$@"`;
  return ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c", mount, "sh"];
}

const [command = "", ...args] = privateMemory("size=1m,mode=1777");
const mayMount =
  process.platform === "linux" &&
  !isMissing(
    "unshare (util-linux) that may make mount namespaces, as root",
    spawnSync(command, [...args, "true"], { stdio: "ignore" }).status === 0,
  );

describe.skipIf(!mayMount)("a host whose shared memory", () => {
  const roomy = { same: true, samePid: true };

  test("is full passes large bytes in parts, and small ones in memory as soon as they fit", async () => {
    const lengths = [100 * KIB, 4 * MIB, 9 * MIB, 100 * KIB];
    const { reports } = await usePayloadHost("echo", lengths, privateMemory("size=1m,mode=1777"));
    const [first, second, third, fourth, last] = await reports;
    expect(first).toMatchObject({ ...roomy, length: 100 * KIB });
    expect(first?.segments).toBeGreaterThan(0);
    // What was written until there was no more room does not stay.
    for (const report of [second, third]) {
      expect(report).toMatchObject(roomy);
      expect(report?.share).toBeLessThan(0.5);
    }
    expect(fourth).toMatchObject(roomy);
    expect(fourth?.segments).toBeGreaterThan(0);
    expect(last).toEqual({ segments: 0 });
  });

  test("has room for some of the bytes that are under way passes the rest in parts", async () => {
    const lengths = Array.from({ length: 12 }, (_, index) => 300 * KIB + index);
    const { reports } = await usePayloadHost("crowd", lengths, privateMemory("size=1m,mode=1777"));
    expect(await reports).toEqual([{ same: true }]);
  });

  test("has no room even for a folder passes them in parts", async () => {
    const { reports, memory } = await usePayloadHost("echo", [3 * MIB], privateMemory("size=1m,nr_inodes=1,mode=1777"));
    expect(memory).toBeUndefined();
    expect(await reports).toMatchObject([{ ...roomy, segments: 0 }, { segments: 0 }]);
  });

  test("has room for a folder and nothing in it passes them in parts", async () => {
    const { reports } = await usePayloadHost("echo", [3 * MIB], privateMemory("size=1m,nr_inodes=2,mode=1777"));
    expect(await reports).toMatchObject([{ ...roomy, segments: 0 }, { segments: 0 }]);
  });

  test("has files but no bytes left passes them in parts", async () => {
    const fill = "&& { head -c 9m /dev/zero > /dev/shm/full 2>/dev/null || true; }";
    const { reports } = await usePayloadHost("echo", [3 * MIB], privateMemory("size=1m,mode=1777", fill));
    expect(await reports).toMatchObject([{ ...roomy, segments: 0 }, { segments: 0 }]);
  });

  test("cannot be written to passes them in parts", async () => {
    const { reports, memory } = await usePayloadHost("echo", [3 * MIB], privateMemory("size=1m,ro"));
    expect(memory).toBeUndefined();
    expect(await reports).toMatchObject([{ ...roomy, segments: 0 }, { segments: 0 }]);
  });
});

describe("a session whose folder", () => {
  const bytes = (length: number, fill: number): Buffer => Buffer.alloc(length, fill);

  async function expectEchoes(caller: End, callee: End): Promise<void> {
    for (const fill of [1, 2]) {
      const list = [bytes(MIB, fill), bytes(40 * KIB, fill)];
      const back = (await caller.call("echo", { list })) as { list: Buffer[] };
      expect(list.every((one, index) => back.list[index]?.equals(one))).toBe(true);
    }
    await settle(caller, callee);
    expect([...caller.lost, ...callee.lost]).toEqual([]);
  }

  test("was never there passes large bytes in parts", async () => {
    const { caller, callee } = await useSessionPair({ sharedMemory: true });
    rmSync(caller.folder as string, { recursive: true });
    await expectEchoes(caller, callee);
  });

  test("goes away passes them in parts from then on", async () => {
    const { caller, callee } = await useSessionPair({ sharedMemory: true });
    await expectEchoes(caller, callee);
    rmSync(caller.folder as string, { recursive: true });
    await expectEchoes(caller, callee);
  });

  test("is something else passes them in parts", async () => {
    const { caller, callee } = await useSessionPair({ sharedMemory: true });
    rmSync(caller.folder as string, { recursive: true });
    writeFileSync(caller.folder as string, "a file");
    await expectEchoes(caller, callee);
  });

  test("loses its segments to somebody passes them in parts", async () => {
    const { caller, callee } = await useSessionPair({ sharedMemory: true });
    await expectEchoes(caller, callee);
    const names = readdirSync(caller.folder as string);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) unlinkSync(join(caller.folder as string, name));
    await expectEchoes(caller, callee);
  });

  test("has something else in a segment's place passes them in parts", async () => {
    const { caller, callee } = await useSessionPair({ sharedMemory: true });
    for (const prefix of ["h", "p"]) mkdirSync(join(caller.folder as string, `${prefix}1`));
    await expectEchoes(caller, callee);
  });

  test("is the callee's alone passes the caller's in parts, and what it gives up on the way is dropped", async () => {
    const { caller, callee } = await useSessionPair();
    const { id } = caller.start("echo", [bytes(8 * MIB, 1)]);
    const other = caller.call("echo", bytes(MIB, 2));
    caller.session.cancel(id);
    expect(bytes(MIB, 2).equals((await other) as Buffer)).toBe(true);
    await settle(caller, callee);
    expect([...caller.lost, ...callee.lost]).toEqual([]);
  });
});
