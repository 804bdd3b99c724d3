import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { useDoor } from "../../fixtures/routing/use-door.js";
import { isMissing } from "../../helpers/tool-of-the-machine.js";

const script = new URL("../../../scripts/h2spec.mjs", import.meta.url).href;
const { ensureH2spec } = (await import(script)) as { ensureH2spec(): Promise<string | undefined> };
const h2spec = await ensureH2spec();

describe.skipIf(isMissing("h2spec (built with Go)", h2spec !== undefined))("the front door", () => {
  test("speaks HTTP/2 as h2spec has it", { timeout: 180_000 }, async () => {
    const { door } = await useDoor({ listen: { host: "127.0.0.1", port: 0, tls: undefined } });
    const options = ["-h", "127.0.0.1", "-p", String(door.address?.port), "-o", "10"];
    const { stdout } = await promisify(execFile)(h2spec ?? "", options, { maxBuffer: 1 << 24 });
    expect(stdout).toMatch(/145 tests, 145 passed, 0 skipped, 0 failed/);
  });
});
