import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type IsolationOptions, ProcessIsolator } from "process-isolation";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { ConfinementOptions } from "../../src/sandbox/index.js";
import { useIsolator } from "../helpers/use-isolator.js";
import { ATTEMPTS, type AttemptExpectation } from "./attempts.js";
import { noBubblewrap } from "./bubblewrap.js";
import { createOpenCopy } from "./open-copy.js";
import { nodes } from "./use-nodes.js";

// Another user may not be able to enter the folder that the repository lies in.
const fixtures = createOpenCopy(fileURLToPath(new URL("../fixtures/sandbox", import.meta.url)));
const FROM = `${fixtures.path}/`;
const SECRET = "secret of the neighbour";

type Setting = Exclude<keyof AttemptExpectation, "what">;

interface SettingOfTest {
  readonly setting: Setting;
  readonly options: IsolationOptions & ConfinementOptions;
  /** Why it cannot be tried out here. */
  readonly missing?: string | undefined;
}

const ownMajor = Number.parseInt(process.versions.node, 10);
const olderNode = nodes.find(([major]) => major < 26)?.[1];
const newerNode = nodes.find(([major]) => major >= 26)?.[1];

const SETTINGS: readonly SettingOfTest[] = [
  { setting: "plain", options: {} },
  {
    setting: "permissionsWithNet",
    options: { permissions: { fsRead: [FROM], net: true }, execPath: olderNode ?? process.execPath },
    missing: olderNode === undefined && ownMajor >= 26 ? "no Node before 26 here" : undefined,
  },
  {
    setting: "permissions",
    options: { permissions: { fsRead: [FROM] }, execPath: newerNode ?? process.execPath },
    missing: newerNode === undefined ? "no Node 26 here" : undefined,
  },
  { setting: "sandbox", options: { sandbox: { read: [FROM] } }, missing: noBubblewrap },
  {
    setting: "uid",
    options: { uid: 65534, gid: 65534 },
    missing: process.getuid?.() === 0 ? undefined : "only root can change the user",
  },
];

/** What the attempts aim at. Sits outside of all isolates. */
interface Target {
  readonly hostPid: number;
  readonly neighbourPid: number;
  readonly victimPid: number;
  readonly address: string;
  readonly hostDirectory: string;
  readonly sharedMemory: string;
  readonly decoy: string;
  readonly secret: string;
  readonly port: number;
}

let neighbour: ProcessIsolator;
let target: Target;
const endings: (() => unknown)[] = [];

beforeAll(async () => {
  neighbour = await ProcessIsolator.create({ name: "neighbour", from: FROM, discoverable: true });
  // Larger than what goes through the socket: the segment stays for reuse, with what it held.
  await neighbour.invoke("./hostile.mjs", "keepSecret", [Buffer.alloc(4_000_000, SECRET)]);
  const victim = spawn(process.execPath, [
    "--inspect-port=0",
    "-e",
    "process.on('SIGWINCH', () => {}); console.log(1); setInterval(() => {}, 1000)",
  ]);
  await once(victim.stdout, "data");
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const folder = dirname(neighbour.address);
  const hostDirectory = dirname(folder);
  const secret = join(hostDirectory, "../private-file");
  writeFileSync(secret, SECRET, { mode: 0o600 });
  target = {
    hostPid: process.pid,
    neighbourPid: neighbour.pid,
    victimPid: victim.pid as number,
    address: neighbour.address,
    hostDirectory,
    sharedMemory: sharedMemoryOf(basename(folder)),
    decoy: join(folder, "decoy.sock"),
    secret,
    port: (server.address() as { port: number }).port,
  };
  endings.push(
    () => victim.kill("SIGKILL"),
    () => server.close(),
    () => rmSync(secret, { force: true }),
    () => neighbour.shutdown({ graceMs: 100 }),
  );
});

afterAll(async () => {
  for (const end of endings) await end();
  fixtures.remove();
});

/** The folder in shared memory of the process with a socket in a folder of the given name: the one with the secret. */
function sharedMemoryOf(name: string): string {
  const folders = readdirSync("/dev/shm").map((entry) => join("/dev/shm", entry, name));
  const holdsSecret = (folder: string): boolean =>
    existsSync(folder) && readdirSync(folder).some((segment) => readFileSync(join(folder, segment)).includes(SECRET));
  return folders.find(holdsSecret) ?? expect.fail("the neighbour's shared memory was not found");
}

describe.each(SETTINGS)("hostile code in the setting `$setting`", ({ setting, options, missing }) => {
  let isolator: ProcessIsolator | undefined;

  beforeAll(async () => {
    if (missing === undefined) isolator = await ProcessIsolator.create({ from: FROM, ...options });
    else process.stderr.write(`skipped, ${setting}: ${missing}\n`);
  });

  afterAll(() => isolator?.shutdown({ graceMs: 100 }));

  test.skipIf(missing).for(Object.entries(ATTEMPTS))("%s", async ([name, expectation], { annotate }) => {
    writeFileSync(target.decoy, "");
    const outcome = (await isolator?.invoke("./hostile.mjs", "attempt", [name, target])) as Record<string, string>;
    const planted = join(target.hostDirectory, "planted");
    const wasPlanted = existsSync(planted);
    rmSync(planted, { force: true });
    await annotate(`${expectation.what}: ${outcome.got ?? `refused, ${outcome.refused}`}`);
    expect(outcome, expectation.what).toEqual({
      [expectation[setting] === "possible" ? "got" : "refused"]: expect.anything(),
    });
    if (name === "writeIntoHostDirectory") expect(wasPlanted).toBe(expectation[setting] === "possible");
    expect(await neighbour.invoke("./hostile.mjs", "echo", [1])).toMatchObject({ value: 1 });
  });
});

test("docs/security.md has the table of attempts", () => {
  const document = readFileSync(fileURLToPath(new URL("../../docs/security.md", import.meta.url)), "utf8");
  for (const { what, plain, permissionsWithNet, permissions, sandbox, uid } of Object.values(ATTEMPTS)) {
    expect(document).toContain(`| ${what} | ${[plain, permissionsWithNet, permissions, sandbox, uid].join(" | ")} |`);
  }
});

describe("without any confinement", () => {
  test("nothing of the host's environment crosses that is not on the short list", async () => {
    process.env.HOST_SECRET = "secret of the host";
    onTestFinished(() => {
      delete process.env.HOST_SECRET;
    });
    const isolator = await useIsolator({ from: FROM });
    expect(JSON.stringify(await isolator.invoke("./hostile.mjs", "environment"))).not.toContain("secret of the host");
  });

  test("the token is in nothing that a process of the same user can read of another", async () => {
    const name = readdirSync(target.hostDirectory).find((file) => /^neighbour\.\d+\.live\.json$/.test(file)) ?? "";
    const record = readFileSync(join(target.hostDirectory, name), "utf8");
    const { token } = JSON.parse(record) as { token: string };
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    const traces = (await neighbour.invoke("./hostile.mjs", "ownTraces")) as string;
    const seen = ["cmdline", "environ"].map((file) => readFileSync(`/proc/${neighbour.pid}/${file}`, "utf8"));
    for (const text of [traces, ...seen]) expect(text).not.toContain(token);
  });

  test("descriptors do not leak into grandchildren", async () => {
    const isolator = await useIsolator({ from: FROM });
    const held = (await isolator.invoke("./hostile.mjs", "descriptorsOfGrandchild")) as number[];
    // 3 is the folder that ls reads.
    expect(held).toEqual([0, 1, 2, 3]);
  });

  test("rubbish on the inherited descriptors ends that isolate and nobody else", async () => {
    const isolator = await useIsolator({ from: FROM, restart: false });
    await isolator.invoke("./hostile.mjs", "scribbleOnDescriptors").catch(() => {});
    await isolator.waitForExit({ timeoutMs: 5_000 });
    expect(await neighbour.invoke("./hostile.mjs", "echo", [1])).toMatchObject({ value: 1 });
  });
});

test("sockets and folders of a host are for its user alone", () => {
  const mode = (path: string): number => statSync(path).mode & 0o777;
  expect([target.hostDirectory, dirname(target.address), target.address, target.sharedMemory].map(mode)).toEqual([
    0o700, 0o700, 0o600, 0o700,
  ]);
});

test.skipIf(noBubblewrap)("a sandbox keeps its place after a restart, with folders of its own again", async () => {
  const options = { from: FROM, sandbox: { read: [FROM] } };
  const isolator = await useIsolator(options);
  const before = isolator.address;
  const restarted = once(isolator.events as never, "restarted");
  process.kill(isolator.pid, "SIGKILL");
  await restarted;
  expect(isolator.address).not.toBe(before);
  expect(existsSync(dirname(before))).toBe(false);
  expect(await isolator.invoke("./hostile.mjs", "attempt", ["readSecretFile", target])).toEqual({ refused: "ENOENT" });
});
