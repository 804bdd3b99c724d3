import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Kernel } from "process-isolation/kernel";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { listLiveKernels, publishKernel } from "../../../src/kernel/live-kernels.js";
import { hostDirectory, removeHostDirectory } from "../../../src/platform/index.js";
import { readLine } from "../../helpers/read-line.js";
import { isolationError } from "../../helpers/rejection.js";
import { until } from "../../helpers/until.js";
import { useDirectory } from "../../helpers/use-directory.js";
import { kernelFixture, useKernel } from "../use-kernel.js";
import { type Store, useConnection } from "./use-connection.js";

// This process has one of its own beside that of the package.
afterAll(removeHostDirectory);

const isolates = { store: { module: kernelFixture("store.mjs") } };

/** A host process with a discoverable kernel; it ends with the test. */
async function useOtherHost(name: string): Promise<ReturnType<typeof spawn>> {
  const program = `
    import { Kernel } from "process-isolation/kernel";
    await Kernel.start(${JSON.stringify({ name, isolates })}, { discoverable: true });
    console.log("ready");
    setInterval(() => {}, 1e6);`;
  const host = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void host.kill("SIGKILL"));
  expect(await readLine(host.stdout)).toBe("ready");
  return host;
}

test("a discoverable kernel of another process is found by its name, until that process is gone", async () => {
  const host = await useOtherHost("far-away");
  const connected = await Kernel.connect("far-away");
  onTestFinished(() => connected.close());
  expect(connected).toMatchObject({ name: "far-away", pid: host.pid });
  expect(await connected.isolate<Store>("store").api.add(1, 2)).toBe(3);
  host.kill("SIGKILL");
  await once(host, "exit");
  const codes: string[] = [];
  while (codes.at(-1) !== "STOPPED") {
    codes.push((await isolationError(connected.isolate<Store>("store").api.pid())).code);
    // One that is made before the connection is seen to break goes down with the process.
    expect(["CRASHED", "STOPPED"]).toContain(codes.at(-1));
  }
  expect(listLiveKernels().some(({ name }) => name === "far-away")).toBe(false);
});

test("its record goes with the kernel, and is only its user's", async () => {
  const kernel = await useKernel({ name: "recorded", isolates }, { discoverable: true });
  const find = () => listLiveKernels().filter(({ name }) => name === "recorded");
  expect(find()).toMatchObject([{ pid: process.pid, socket: kernel.socket }]);
  await kernel.shutdown({ graceMs: 200 });
  expect(find()).toEqual([]);
});

test("a kernel whose isolates are all down is still there for its operators", async () => {
  const kernel = await useKernel({ name: "quiet", isolates }, { discoverable: true });
  await kernel.stop("store");
  const connected = await Kernel.connect("quiet");
  onTestFinished(() => connected.close());
  expect(await connected.start("store")).toMatchObject({ state: "ready" });
  expect(await connected.isolate<Store>("store").api.add(1, 2)).toBe(3);
  await kernel.shutdown({ graceMs: 200 });
  expect(existsSync(dirname(kernel.socket as string))).toBe(false);
});

test("the path of its socket may be relative", async () => {
  const socket = join(useDirectory(), "door.sock");
  await useKernel({ name: "beneath", isolates, socket }, { discoverable: true });
  const connected = await Kernel.connect(`./${relative(process.cwd(), socket)}`);
  onTestFinished(() => connected.close());
  expect(connected).toMatchObject({ name: "beneath", socket });
});

test.each([
  ["a line end", "a.b\n"],
  ["nothing", ""],
  ["a number", 5],
])("a token with %s is told from a kernel that is gone", async (_, token) => {
  const error = await isolationError(Kernel.connect("/nowhere/kernel.sock", { token: token as string }));
  expect(error).toMatchObject({ code: "INVALID_OPTION", message: expect.stringContaining("token must be") });
});

test("a kernel that is not discoverable is not found, and has no token in a file", async () => {
  await useKernel({ name: "hidden", isolates }, { frontDoor: true });
  const error = await isolationError(Kernel.connect("hidden"));
  expect(error.code).toBe("INVALID_OPTION");
  expect(error.message).toContain('no kernel of this user is called "hidden"');
});

test("records of processes that are gone, and of later ones with their pids, are ignored", () => {
  const record = { name: "stale", socket: "/nowhere.sock", token: "t", startedAt: 0 };
  writeFileSync(
    join(hostDirectory(), "998.kernel.json"),
    JSON.stringify({ ...record, pid: process.pid, startTime: "1" }),
  );
  writeFileSync(join(hostDirectory(), "999.kernel.json"), JSON.stringify({ ...record, pid: 2 ** 22 + 1 }));
  expect(listLiveKernels().some(({ name }) => name === "stale")).toBe(false);
});

test.each([
  ["is no JSON", "{"],
  ["is no object", "null"],
  ["lacks what every record has", "{}"],
])("a record that %s hides no other", async (_, text) => {
  const path = join(hostDirectory(), "0.kernel.json");
  writeFileSync(path, text);
  onTestFinished(() => rmSync(path));
  onTestFinished(publishKernel({ name: "beside", socket: "/beside.sock", token: "t", startedAt: 0 }));
  expect(listLiveKernels().some(({ name }) => name === "beside")).toBe(true);
});

test("where several kernels have the name, the error lists their sockets", async () => {
  for (const socket of ["/one.sock", "/two.sock"])
    onTestFinished(publishKernel({ name: "twins", socket, token: "t", startedAt: 0 }));
  const { message } = await isolationError(Kernel.connect("twins"));
  expect(message).toContain("2 kernels are called twins");
  expect(message).toContain("/one.sock");
  expect(message).toContain("/two.sock");
});

test("the closest name of a kernel is suggested", async () => {
  onTestFinished(publishKernel({ name: "warehouse", socket: "/w.sock", token: "t", startedAt: 0 }));
  expect((await isolationError(Kernel.connect("warehous"))).message).toContain('did you mean "warehouse"?');
});

test.each([
  ["no token", undefined, "UNAUTHENTICATED"],
  ["a wrong token", "0123456789ab.nonsense", "UNAUTHENTICATED"],
])("with %s nothing is to be had", async (_, token, code) => {
  const { kernel } = await useConnection();
  const options = token === undefined ? {} : { token };
  expect((await isolationError(Kernel.connect(kernel.socket as string, options))).code).toBe(code);
});

test("a token that may only call is not enough to operate a kernel", async () => {
  const { kernel } = await useConnection();
  const { token } = kernel.tokens.create({ scopes: ["call:*"] });
  expect((await isolationError(Kernel.connect(kernel.socket as string, { token }))).code).toBe("NOT_GRANTED");
});

test("where the manifest trusts the kernel's own user, no token is wanted on its socket", async () => {
  const kernel = await useKernel({ name: "trusting", auth: "user", isolates }, { frontDoor: true });
  const connected = await Kernel.connect(kernel.socket as string);
  onTestFinished(() => connected.close());
  expect(await connected.isolate<Store>("store").api.add(1, 2)).toBe(3);
});

test("where nobody listens, the error says so", async () => {
  const error = await isolationError(Kernel.connect("/nowhere/kernel.sock"));
  expect(error).toMatchObject({ code: "STOPPED" });
  expect(error.message).toContain("/nowhere/kernel.sock");
});

test("an isolate that the kernel does not have is refused at once, with the closest name", async () => {
  const { connected } = await useConnection();
  expect(() => connected.isolate("stor")).toThrow('did you mean "store"?');
});

test("a program that has connected ends when nothing of it waits", async () => {
  const { kernel } = await useConnection();
  const { token } = kernel.tokens.create({ scopes: ["operate"] });
  const program = `
    import { Kernel } from "process-isolation/kernel";
    const kernel = await Kernel.connect(process.argv[1], { token: process.argv[2] });
    kernel.events.on("isolate", () => {});
    console.log(await kernel.isolate("store").api.add(1, 2));`;
  const args = ["--input-type=module", "-e", program, kernel.socket as string, token];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exit = once(child, "exit");
  expect(await readLine(child.stdout)).toBe("3");
  expect(await exit).toEqual([0, null]);
  await until(() => kernel.list().every(({ state }) => state === "ready"));
});

test("auth: user alone opens the front door, where this user needs no token; nothing opens it of itself", async () => {
  const kernel = await useKernel({ name: "of-the-user", isolates, auth: "user" });
  const connected = await Kernel.connect(kernel.socket as string);
  onTestFinished(() => connected.close());
  expect(await connected.isolate<Store>("store").api.add(1, 2)).toBe(3);
  expect((await useKernel({ name: "closed", isolates })).socket).toBeUndefined();
});
