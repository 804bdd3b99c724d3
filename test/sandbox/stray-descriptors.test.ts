import { spawn } from "node:child_process";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { closeStrayDescriptors } from "../../pihost/stray-descriptors.js";
import { strayDescriptors } from "../../src/sandbox/index.js";
import { useDirectory } from "../helpers/use-directory.js";
import { noBubblewrap } from "./bubblewrap.js";
import { nodes } from "./use-nodes.js";

const HOST = fileURLToPath(new URL("../fixtures/sandbox/stray-host.mjs", import.meta.url));
/** Above all that Node.js opens itself. */
const STRAY = 90;

interface Descriptors {
  readonly host: number[];
  readonly isolate: number[] | string;
  readonly grandchild: number[] | string;
}

/** A file that this process holds open, gone with the test. */
function useOpenFile(): number {
  const path = join(useDirectory(), "secret");
  writeFileSync(path, "secret");
  const file = openSync(path, "r");
  onTestFinished(() => closeSync(file));
  return file;
}

/** Runs the host with the file as descriptor 90, and nothing between that and its own. */
async function descriptorsWith(options: object): Promise<Descriptors> {
  const between = new Array<"ignore">(STRAY - 3).fill("ignore");
  const stdio = ["ignore", "pipe", "inherit", ...between, useOpenFile()] as const;
  const host = spawn(process.execPath, [HOST, JSON.stringify(options)], { stdio: [...stdio] });
  onTestFinished(() => void host.kill("SIGKILL"));
  return (await json(host.stdout as NonNullable<typeof host.stdout>)) as Descriptors;
}

describe.runIf(process.platform === "linux")("a descriptor that the host's parent left open", () => {
  test.for(nodes)("reaches neither an isolate on Node %i nor what that starts", async ([, execPath]) => {
    const { host, isolate, grandchild } = await descriptorsWith({ execPath });
    expect(host).toContain(STRAY);
    expect(isolate).not.toContain(STRAY);
    expect(isolate).toEqual(expect.arrayContaining([0, 1, 2, 3, 4]));
    // 3 is the folder that ls reads.
    expect(grandchild).toEqual([0, 1, 2, 3]);
  });

  test("does so under permissions too, which are no reason to keep it", async () => {
    const read = [dirname(HOST), "/proc"];
    const { host, isolate } = await descriptorsWith({ permissions: { fsRead: read, net: true } });
    expect(host).toContain(STRAY);
    expect(isolate).not.toContain(STRAY);
  });

  test("reaches no process within limits", async () => {
    const { grandchild } = await descriptorsWith({ limits: { openFiles: 200, memory: "500MB" } });
    expect(grandchild).toEqual([0, 1, 2, 3]);
  });

  test.skipIf(noBubblewrap)("reaches nothing in a sandbox", async () => {
    const { isolate, grandchild } = await descriptorsWith({ sandbox: { read: [dirname(HOST)] } });
    expect(isolate).not.toContain(STRAY);
    expect(grandchild).toEqual([0, 1, 2, 3]);
  });
});

test("a host that got none has none to tell of", () => {
  expect(strayDescriptors().filter(({ number }) => number < 16)).toEqual([]);
});

test("a descriptor of the same number that leads elsewhere stays", () => {
  const file = useOpenFile();
  closeStrayDescriptors([
    { number: file, file: "1:1" },
    { number: 9_999, file: "1:1" },
  ]);
  expect(() => closeSync(openSync(`/dev/fd/${file}`, "r"))).not.toThrow();
});
