import { expect, test } from "vitest";
import { exitOf, pihost } from "../use-pihost.js";
import { startUp, useShop, useUp } from "./use-shop.js";

test("up writes each line after its isolate's name, and stops in order at the first signal", async () => {
  const shop = useShop("in-front");
  const up = startUp(shop);
  const output = up.stdout.until(/opens/);
  expect(await up.stderr.until(/is ready at/)).toContain("pihost: store started");
  expect(await output).toBe("store | the store opens\n");
  const rest = up.stderr.until(/kernel\.stopped/);
  up.child.kill("SIGINT");
  const order = [...(await rest).matchAll(/pihost: (\w+) exited/g)].map(([, name]) => name);
  expect(order).toEqual(["clerk", "store"]);
  expect(await exitOf(up.child)).toEqual([0, null]);
});

test("the second signal ends all at once, with the signal's exit code", async () => {
  const shop = useShop("impatient");
  const up = startUp(shop);
  await up.stderr.until(/is ready at/);
  const hanging = pihost(["call", "-k", "impatient", "store", "hang"]);
  // The call runs once the process says so.
  for (let calls = 0; calls < 1; ) {
    const rows = JSON.parse((await pihost(["ls", "impatient", "--json"])).stdout) as {
      isolates: { name: string; callsInFlight: number }[];
    };
    calls = rows.isolates.find(({ name }) => name === "store")?.callsInFlight ?? 0;
  }
  const stopping = up.stderr.until(/kernel\.stopping/);
  up.child.kill("SIGINT");
  await stopping;
  up.child.kill("SIGINT");
  expect(await exitOf(up.child)).toEqual([130, null]);
  expect((await hanging).code).not.toBe(0);
});

test("a signal during the start ends it, with the signal's exit code", async () => {
  const shop = useShop("slow-start");
  shop.write("store.mjs", 'export const start = () => new Promise(() => {});\nconsole.log("takes its time");\n');
  const up = startUp(shop);
  await up.stdout.until(/takes its time/);
  up.child.kill("SIGTERM");
  expect(await exitOf(up.child)).toEqual([143, null]);
});

test("down ends a kernel in the foreground, which is an orderly end of up", async () => {
  const shop = useShop("ended");
  const up = await useUp(shop);
  expect((await pihost(["down"], { cwd: shop.folder })).stdout).toBe("ended has stopped\n");
  expect(await exitOf(up.child)).toEqual([0, null]);
});

test("a kernel whose restarts are exhausted ends up with exit code 1, and says why", async () => {
  const shop = useShop("exhausted");
  shop.write(
    "pihost.yaml",
    "name: exhausted\nisolates:\n  store: { module: ./store.mjs }\nsupervision: { maxRestarts: 0 }\n",
  );
  const up = await useUp(shop);
  const said = up.stderr.until(/has ended/);
  await pihost(["call", "-k", "exhausted", "store", "die"]);
  expect(await said).toContain("store was one failure too many");
  expect(await exitOf(up.child)).toEqual([1, null]);
});

test("--json writes every event and line as JSON", async () => {
  const shop = useShop("as-json");
  shop.write("pihost.yaml", "name: as-json\nlisten: 127.0.0.1:0\nisolates:\n  store: { module: ./store.mjs }\n");
  const up = startUp(shop, "--json");
  const text = await up.stdout.until(/"ready"/);
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string });
  expect(lines).toContainEqual(expect.objectContaining({ event: "stdout", isolate: "store", line: "the store opens" }));
  expect(lines.at(-1)).toMatchObject({
    event: "ready",
    kernel: "as-json",
    address: { host: "127.0.0.1", port: expect.any(Number) },
  });
  up.child.kill("SIGTERM");
  expect(await exitOf(up.child)).toEqual([0, null]);
});

test("--watch replaces an isolate when a file that it imports changes; a broken version leaves the present one", async () => {
  const shop = useShop("watched");
  const up = await useUp(shop, "--watch");
  const greet = async (): Promise<string> => (await pihost(["call", "-k", "watched", "clerk", "greet"])).stdout;
  const replaced = up.stderr.until(/clerk replaced/);
  shop.write("word.mjs", 'export const word = "good day";\n');
  await replaced;
  expect(await greet()).toBe('"good day"\n');
  const refused = up.stderr.until(/cannot be started as it is now/);
  shop.write("word.mjs", "export const word = ;\n");
  expect(await refused).not.toContain("store replaced");
  expect(await greet()).toBe('"good day"\n');
});

test("--watch leaves down what an operator has stopped, tries again what could not be started, and tells of the manifest", async () => {
  const shop = useShop("watched-down");
  const manifest = [
    "name: watched-down",
    "isolates:",
    "  store: { module: ./store.mjs }",
    "  clerk: { module: ./clerk.mjs, essential: false }",
  ].join("\n");
  shop.write("pihost.yaml", manifest);
  shop.write("clerk.mjs", "throw new Error('no clerk');\n");
  const up = await useUp(shop, "--watch");
  expect((await pihost(["stop", "-k", "watched-down", "store"])).code).toBe(0);
  const staysDown = up.stderr.until(/clerk was changed, and cannot be started as it is now; it stays down\. /);
  shop.write("store.mjs", "export const size = () => 1;\n");
  shop.write("clerk.mjs", "throw new Error('still no clerk');\n");
  await staysDown;
  const started = up.stderr.until(/clerk started/);
  shop.write("clerk.mjs", "export const greet = () => 'hello';\n");
  await started;
  const { stdout } = await pihost(["ls", "watched-down", "--json"]);
  const { isolates } = JSON.parse(stdout) as { isolates: object[] };
  expect(isolates).toMatchObject([
    { name: "store", state: "stopped" },
    { name: "clerk", state: "ready" },
  ]);
  const told = up.stderr.until(/pihost\.yaml was changed: what it says now counts from the next start/);
  shop.write("pihost.yaml", `${manifest}\n# changed\n`);
  await told;
});

test("isolates that are granted host.log write by it", async () => {
  const shop = useShop("host-log");
  shop.write(
    "store.mjs",
    'import { use } from "process-isolation/pihost";\nexport const start = () => use("host.log").info("open at", 9);\n',
  );
  shop.write("pihost.yaml", 'name: host-log\nisolates:\n  store: { module: ./store.mjs, uses: { host.log: "*" } }\n');
  const up = startUp(shop);
  expect(await up.stdout.until(/open/)).toBe("host  | info: open at 9\n");
  up.child.kill("SIGTERM");
  await exitOf(up.child);
});
