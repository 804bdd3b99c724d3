import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runExample } from "./run-example.js";

const CLIENT = fileURLToPath(new URL("../../examples/kernel-shop/client.mjs", import.meta.url));

/** Runs the client with what the host prints for it. */
async function runClient(variables: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const shown = [...variables.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]);
  const env = { ...process.env, ...Object.fromEntries(shown) };
  const child = spawn(process.execPath, [CLIENT], { env, stdio: ["ignore", "pipe", "pipe"] });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await once(child, "close")) as [number | null];
  const [stdout, stderr] = await output;
  return { code, stdout, stderr };
}

test("the shop serves a client in every kind of call, and outlives its add-on", { timeout: 120_000 }, async () => {
  let client: Awaited<ReturnType<typeof runClient>> | undefined;
  const host = await runExample("kernel-shop/host.mjs", [], async (child) => {
    if (child.stdout === null) throw new Error("its stdout is not piped");
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith("export ")) continue;
      client = await runClient(line);
      child.kill("SIGINT");
    }
  });
  expect({ code: host.code, stderr: host.stderr }).toEqual({ code: 0, stderr: "" });
  expect(client).toMatchObject({ code: 0, stderr: "" });
  const { stdout } = client as NonNullable<typeof client>;
  expect(stdout).toContain("title: 'Tea, Assam, 250 g'");
  expect(stdout).toContain("mailed: true");
  expect(stdout).toContain("placeAll { placed: 2, cents: 5690 }");
  expect(stdout).toContain("place 5 NOT_FOUND: the shop has no cake");
  expect(stdout).toContain("search c 2\nsearch cu 1\nsearch cup 1\n");
  expect(stdout).toContain("css: 'ul{& li{color:red}}'");
  expect(stdout).toContain("css: ''");
});
