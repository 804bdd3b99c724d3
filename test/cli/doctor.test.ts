import { execFileSync } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { isMissing } from "../helpers/tool-of-the-machine.js";
import { pihost } from "./use-pihost.js";

test("pihost doctor says what this machine supports", async () => {
  const { code, stdout } = await pihost(["doctor", "--json"]);
  expect(code).toBe(0);
  const found = JSON.parse(stdout) as Record<string, unknown>[];
  expect(found).toContainEqual({
    name: "Node.js",
    status: "ok",
    found: process.versions.node,
    matters: expect.any(String),
    essential: true,
  });
  for (const { status } of found) expect(["ok", "limited", "missing"]).toContain(status);
  const lines = (await pihost(["doctor"])).stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(found.length + 1);
  expect(lines[0]).toBe("WHAT\tSTATUS\tFOUND\tWHY IT MATTERS");
});

describe.skipIf(process.platform === "linux" ? isMissing("script (util-linux, bsdutils)", hasScript()) : !hasScript())(
  "on a terminal",
  () => {
    const onTerminal = (environment: string): string =>
      execFileSync("script", ["-qec", `${environment} ${process.execPath} dist/cli/main.mjs doctor`, "/dev/null"], {
        encoding: "utf8",
      });

    test("there are colours and aligned columns", () => {
      const [head = "", first = ""] = onTerminal("TERM=xterm").split("\r\n");
      expect(head).toContain("\u001b[1m");
      expect(first).toContain("\u001b[32mok");
      expect(first).not.toContain("\t");
      const [plainHead, plainFirst] = [head, first].map(stripVTControlCharacters);
      expect(plainHead?.indexOf("STATUS")).toBe(plainFirst?.indexOf("ok "));
    });

    test("NO_COLOR and a dumb terminal take the colours away", () => {
      for (const environment of ["TERM=xterm NO_COLOR=1", "TERM=dumb"]) {
        expect(onTerminal(environment)).not.toContain("\u001b");
      }
    });
  },
);

/** util-linux's `script`, which lends a program a terminal; the one of the BSDs takes other options. */
function hasScript(): boolean {
  try {
    return execFileSync("script", ["--version"], { encoding: "utf8" }).includes("util-linux");
  } catch {
    return false;
  }
}
