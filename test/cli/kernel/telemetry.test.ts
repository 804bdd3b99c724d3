import { expect, test } from "vitest";
import { seriesValue } from "../../helpers/promtool.js";
import { exitOf, pihost, startPihost } from "../use-pihost.js";
import { follow } from "./follow.js";
import { startUp, useDetached, useShop } from "./use-shop.js";

test("logs -f --json prints a line of JSON for each line, with what it says", async () => {
  const shop = useShop("structured");
  await useDetached(shop);
  const logs = startPihost(["logs", "-k", "structured", "-f", "--json", "store"]);
  const written = follow(logs.stdout);
  await written.until(/opens/);
  const isWritten = written.until(/\n.*\n.*\n/);
  const say = (line: string): ReturnType<typeof pihost> =>
    pihost(["call", "-k", "structured", "store", "say", JSON.stringify([line])]);
  await say('{"level":50,"time":1,"msg":"broken","err":{"type":"RangeError"}}');
  await say("[warn] low \u009b31m\u0007");
  await say("plain");
  const [json, prefixed, plain] = (await isWritten)
    .trimEnd()
    .split("\n")
    .map((line) => {
      expect(line).not.toMatch(/\p{Cc}/u);
      return JSON.parse(line) as Record<string, unknown>;
    });
  expect(json).toMatchObject({
    isolate: "store",
    generation: 1,
    stream: "stdout",
    level: "error",
    message: "broken",
    fields: { time: 1, err: { type: "RangeError" } },
  });
  expect(Date.parse(json?.time as string)).toBeGreaterThan(0);
  expect(json?.pid).toBeGreaterThan(0);
  expect(prefixed).toMatchObject({ level: "warn", message: "[warn] low \u009b31m\u0007" });
  expect(plain).toMatchObject({ message: "plain", text: "plain", partial: false });
  expect(plain).not.toHaveProperty("level");
  await pihost(["down", "structured"]);
  expect(await exitOf(logs)).toEqual([0, null]);
});

test("up --metrics serves what Prometheus reads, and says where", async () => {
  const shop = useShop("measured");
  const up = startUp(shop, "--metrics", "0");
  const [, url = ""] = /metrics are served at (\S+)/.exec(await up.stderr.until(/metrics are served at \S+\n/)) ?? [];
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  await pihost(["call", "-k", "measured", "store", "add", "[1]"]);
  const page = await (await fetch(url)).text();
  expect(seriesValue(page, "process_isolation_up", { kernel: "measured", isolate: "clerk" })).toBe(1);
  expect(seriesValue(page, "process_isolation_calls_total", { isolate: "store", method: "add", outcome: "ok" })).toBe(
    1,
  );
});

test("up --metrics beyond this machine wants a token, by the environment", async () => {
  const shop = useShop("guarded");
  const refused = await pihost(["up", "--metrics", "0.0.0.0:0"], { cwd: shop.folder, env: shop.env });
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain("metrics.token");
  const env = { ...shop.env, PIHOST_METRICS_TOKEN: "0123456789abcdef" };
  const up = startUp({ ...shop, env }, "--metrics", "0.0.0.0:0");
  const [, port = ""] = /served at http:\/\/0\.0\.0\.0:(\d+)/.exec(await up.stderr.until(/served at \S+\n/)) ?? [];
  const url = `http://127.0.0.1:${port}/metrics`;
  expect((await fetch(url)).status).toBe(401);
  const headers = { authorization: "Bearer 0123456789abcdef" };
  expect((await fetch(url, { headers })).status).toBe(200);
  expect((await pihost(["up", "--metrics", "many"], { cwd: shop.folder })).stderr).toContain("PORT or HOST:PORT");
});
