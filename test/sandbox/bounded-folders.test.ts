import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { IsolationOptions, ProcessIsolator } from "process-isolation";
import { afterAll, expect, test } from "vitest";
import { MARKER } from "../../src/platform/host-marker.js";
import { ask, bearerOf, liveRecordOf, useClient } from "../helpers/contract-client.js";
import { useDirectory } from "../helpers/use-directory.js";
import { useIsolator } from "../helpers/use-isolator.js";
import { noBubblewrap } from "./bubblewrap.js";
import { nodes } from "./use-nodes.js";

const FILLER = join(import.meta.dirname, "../fixtures/sandbox/filler.mjs");
const FROM = dirname(FILLER);
// Discoverable isolates would be seen by tests that list them all.
const runtime = mkdtempSync(join(tmpdir(), "rt-"));
process.env.XDG_RUNTIME_DIR = runtime;
afterAll(() => rmSync(runtime, { recursive: true, force: true }));

const MIB = 2 ** 20;
const MOST = 8 * MIB;
const LARGE = 3 * MIB;

interface Filled {
  readonly folder: string;
  readonly bytes: number;
  readonly code?: string;
}

const netOf = (major: number): boolean => major < 26;

const SETTINGS = [
  ...nodes.map(([major, execPath]) => ({
    name: `permissions on Node ${major}`,
    options: { execPath, permissions: { fsRead: true, net: netOf(major) } } as IsolationOptions,
    bounded: 0,
    missing: undefined,
  })),
  {
    name: "a sandbox",
    options: { sandbox: { read: [FROM], tmpSize: MIB } } as IsolationOptions,
    bounded: 3,
    missing: noBubblewrap,
  },
  {
    name: "a sandbox with permissions",
    options: { sandbox: { read: [FROM], tmpSize: MIB }, permissions: { fsRead: true, fsWrite: true } },
    bounded: 3,
    missing: noBubblewrap,
  },
];

for (const { name, options, bounded, missing } of SETTINGS) {
  test.skipIf(missing)(`${name}: no folder takes more than its bound, and the host's none at all`, async () => {
    const diagnostics = { directory: useDirectory() };
    const isolator = await useIsolator({ from: FROM, name: "filler", discoverable: true, diagnostics, ...options });
    const hostFolders = foldersOfHost(isolator);
    expect(hostFolders.length).toBeGreaterThanOrEqual(2);
    const roots = "sandbox" in options ? ["/"] : [...hostFolders, diagnostics.directory, "/tmp"];
    const filled = (await isolator.invoke("./filler.mjs", "fillAll", [roots, MOST])) as Filled[];
    expect(new Set(filled.map(({ code }) => code))).toEqual(new Set(bounded === 0 ? [] : ["ENOSPC"]));
    // Its /tmp, its /dev/shm, and where Node.js writes its diagnostics.
    expect(filled.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(bounded * MIB);
    expect(bytesIn(diagnostics.directory)).toBe(0);
    for (const folder of hostFolders) expect(bytesIn(folder)).toBeLessThan(MIB);
    // What is large travels all the same, both ways, and leaves nothing there.
    const bytes = (await isolator.invoke("./filler.mjs", "large", [LARGE])) as Uint8Array;
    expect(bytes.length).toBe(LARGE);
    expect(bytes.every((byte) => byte === 7)).toBe(true);
    expect(await isolator.invoke("./filler.mjs", "sizeOf", [bytes])).toBe(LARGE);
  });

  test.skipIf(missing)(`${name}: its socket is served, though it could not have made it`, async () => {
    const isolator = await useIsolator({ from: FROM, name: "served", discoverable: true, ...options });
    const { address, token } = await liveRecordOf("served");
    expect(address).toBe(isolator.address);
    expect(statSync(address).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(address))).toEqual(["s.sock"]);
    const client = useClient("pihost/v1/host_service.proto", "pihost.v1.HostService", address);
    expect(await ask(client, "Status", {}, bearerOf(token))).toMatchObject({ status: { isolate: "served" } });
  });
}

/** The host's directory, and that in shared memory which its marker says is the same host's. */
function foldersOfHost({ address }: ProcessIsolator): string[] {
  const sockets = dirname(dirname(address));
  const memory = readdirSync("/dev/shm").map((entry) => join("/dev/shm", entry));
  return [sockets, ...memory.filter((folder) => readMarker(folder)?.sockets === sockets)];
}

function readMarker(folder: string): { sockets: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, MARKER), "utf8")) as { sockets: string };
  } catch {
    return undefined;
  }
}

/** What the files below a folder take. */
function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
