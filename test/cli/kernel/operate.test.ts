import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive } from "../../../src/platform/index.js";
import { exitOf, pihost, startPihost } from "../use-pihost.js";
import { follow } from "./follow.js";
import { useDetached, useShop } from "./use-shop.js";

test("up -d returns when the kernel is ready, which ls finds and down stops", async () => {
  const shop = useShop("detached");
  const said = await useDetached(shop);
  const pid = Number(/pid +(\d+)/.exec(said)?.[1]);
  const log = /log +(.+)/.exec(said)?.[1] ?? "";
  expect(said).toContain("detached is ready");
  const kernels = JSON.parse((await pihost(["ls", "--json"])).stdout) as { name: string }[];
  const own = kernels.find(({ name }) => name === "detached");
  expect(own).toMatchObject({ pid, ready: 2, isolates: 2, file: join(shop.folder, "pihost.yaml"), log });
  expect(own).not.toHaveProperty("token");
  const isolates = (await pihost(["ls", "detached"])).stdout.trimEnd().split("\n");
  expect(isolates.map((line) => line.split("\t").slice(0, 2))).toEqual([
    ["NAME", "STATE"],
    ["store", "ready"],
    ["clerk", "ready"],
  ]);
  const again = await pihost(["up", "-d"], { cwd: shop.folder, env: shop.env });
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("detached runs already") });
  expect(await pihost(["down", "detached"])).toMatchObject({ code: 0, stdout: "detached has stopped\n" });
  expect(isAlive(pid)).toBe(false);
  expect(readFileSync(log, "utf8")).toContain("store | the store opens");
  expect((await pihost(["ls", "detached"])).code).toBe(2);
});

test("ls shows an isolate of several processes as one, with how many run beside the oldest", async () => {
  const shop = useShop("several");
  shop.write("pihost.yaml", "name: several\nisolates:\n  store: { module: ./store.mjs, instances: 3 }\n");
  await useDetached(shop);
  const [, store] = (await pihost(["ls", "several"])).stdout.split("\n");
  expect(store).toMatch(/^store\tready\t\d+ \+2\t0\t/);
  const json = JSON.parse((await pihost(["ls", "several", "--json"])).stdout) as {
    isolates: { instances: object[] }[];
  };
  expect(json.isolates[0]?.instances).toHaveLength(3);
});

test("up -d says where the kernel listens, and where its metrics are, although any free port was asked for", async () => {
  const shop = useShop("listening");
  shop.write("pihost.yaml", "name: listening\nlisten: 127.0.0.1:0\nisolates:\n  store: { module: ./store.mjs }\n");
  const said = await useDetached(shop, "--metrics", "0");
  const [, metrics = ""] = /metrics +(\S+)/.exec(said) ?? [];
  expect(await (await fetch(metrics)).text()).toContain("process_isolation_up");
  const [, port] = /tcp +127\.0\.0\.1:(\d+)/.exec(said) ?? [];
  expect((await pihost(["ls"])).stdout).toMatch(new RegExp(`^listening\\t.*\\t127\\.0\\.0\\.1:${port}\\t`, "m"));
  for (const args of [
    ["ls", "listening", "--json"],
    ["ls", "--json"],
  ]) {
    const { stdout: json } = await pihost(args);
    expect([JSON.parse(json)].flat()).toContainEqual(
      expect.objectContaining({ name: "listening", address: { host: "127.0.0.1", port: Number(port) } }),
    );
  }
  const socket = connect(Number(port), "127.0.0.1");
  await once(socket, "connect");
  socket.destroy();
});

test("call reaches an isolate of a kernel by its name: two words, or arguments second", async () => {
  const shop = useShop("called");
  await useDetached(shop);
  const call = (...words: string[]): ReturnType<typeof pihost> => pihost(["call", "-k", "called", ...words]);
  expect(await call("store", "add", "[2]")).toMatchObject({ code: 0, stdout: "2\n" });
  expect(await call("store", "size")).toMatchObject({ code: 0, stdout: "2\n" });
  const here = await pihost(["call", "store", "add", "[40]"], { cwd: shop.folder });
  expect(here).toMatchObject({ code: 0, stdout: "42\n" });
  const failed = await call("store", "fail");
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining("RangeError: out of stock") });
  expect(await call("store", "nothing")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("METHOD_NOT_FOUND"),
  });
  expect(await call("stor", "size")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('did you mean "store"?'),
  });
  expect(await call("--timeout", "100", "store", "hang")).toMatchObject({ code: 124 });
  expect(await call("store", "add", "[1")).toMatchObject({ code: 2, stderr: expect.stringContaining("not JSON") });
  expect(await call("store", "./store.mjs", "size", "[]")).toMatchObject({ code: 2 });
  expect(await pihost(["call", "store", "add", "2"], { cwd: shop.folder })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("Arguments for add of a kernel's isolate are a JSON array: '[…]'"),
  });
});

test("stop, start, restart and replace change isolates, and say so", async () => {
  const shop = useShop("changed");
  await useDetached(shop);
  const run = (...args: string[]): ReturnType<typeof pihost> =>
    pihost([...args, "-k", "changed"], { cwd: shop.folder });
  expect((await run("stop", "clerk")).stdout).toBe("clerk has stopped\n");
  expect(await run("call", "clerk", "greet")).toMatchObject({ code: 1, stderr: expect.stringContaining("STOPPED") });
  expect((await run("start", "clerk")).stdout).toMatch(/^clerk \(pid \d+\) runs\n$/);
  expect((await run("restart", "store", "clerk")).stdout).toMatch(/^store .* was restarted\nclerk .* was restarted\n$/);
  shop.write("clerk-2.mjs", 'export const greet = () => "good day";\n');
  expect((await run("replace", "clerk", "clerk-2.mjs")).stdout).toMatch(/^clerk \(pid \d+\) is version 2 now\n$/);
  expect((await run("call", "clerk", "greet")).stdout).toBe('"good day"\n');
  const refused = await run("replace", "clerk", "./nowhere.mjs");
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("nowhere.mjs") });
  expect((await run("call", "clerk", "greet")).stdout).toBe('"good day"\n');
});

test("logs shows what was written, and follows until the kernel ends; events tells what happens", async () => {
  const shop = useShop("logged");
  await useDetached(shop);
  const logs = startPihost(["logs", "-k", "logged", "-f", "store"]);
  const written = follow(logs.stdout);
  expect(await written.until(/opens/)).toBe("store | the store opens\n");
  const events = startPihost(["events", "-k", "logged", "--json"]);
  const happened = follow(events.stdout);
  let isFollowing = false;
  const told = happened.until(/"stopped"/).finally(() => {
    isFollowing = true;
  });
  while (!isFollowing) {
    await pihost(["stop", "-k", "logged", "clerk"]);
    await pihost(["start", "-k", "logged", "clerk"]);
  }
  await told;
  const died = happened.until(/"restarted"/);
  const isWritten = written.until(/last words/);
  await pihost(["call", "-k", "logged", "store", "say", '["last words"]']);
  await isWritten;
  await pihost(["call", "-k", "logged", "store", "die"]);
  const lines = (await died)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; isolate: string });
  const types = lines.filter(({ isolate }) => isolate === "store").map(({ type }) => type);
  expect(types).toEqual(["exited", "restarting", "restarted"]);
  const tail = await pihost(["logs", "-k", "logged", "-n", "1", "--json", "store"]);
  expect(JSON.parse(tail.stdout)).toMatchObject({ isolate: "store", stream: "stdout", text: "the store opens" });
  await pihost(["down", "logged"]);
  expect(await exitOf(logs)).toEqual([0, null]);
  expect(await exitOf(events)).toEqual([0, null]);
});

test("tokens are made, listed and revoked", async () => {
  const shop = useShop("tokens");
  await useDetached(shop);
  const run = (...args: string[]): ReturnType<typeof pihost> => pihost(["token", ...args, "-k", "tokens"]);
  const made = JSON.parse((await run("create", "call:store", "--expires", "1h", "--note", "x", "--json")).stdout) as {
    id: string;
    token: string;
  };
  const listed = (await run("list", "--json")).stdout;
  expect(listed).not.toContain(made.token);
  expect(JSON.parse(listed)).toContainEqual(
    expect.objectContaining({ id: made.id, scopes: ["call:store"], note: "x" }),
  );
  expect(await run("revoke", made.id)).toMatchObject({ code: 0, stdout: `${made.id} was revoked\n` });
  expect((await run("revoke", made.id)).code).toBe(2);
  const plain = await run("create", "operate");
  expect(plain.stdout).toMatch(/^\S+\n$/);
  expect(plain.stderr).toContain(plain.stdout.split(".")[0]);
  expect((await run("create", "anything")).code).toBe(2);
  expect((await run("create", "operate", "--expires", "soon")).code).toBe(2);
});

test("graph draws the running kernel, or a manifest; check prints its plan, or where it is wrong", async () => {
  const shop = useShop("drawn");
  await useDetached(shop);
  expect((await pihost(["graph", "-k", "drawn"])).stdout).toBe("drawn\n└─ clerk\n   └─ store [add]\n");
  expect((await pihost(["graph", "--mermaid", shop.folder])).stdout).toMatch(/^flowchart TD\n/);
  expect((await pihost(["graph", "--svg", shop.folder])).stdout).toMatch(/^<svg .*<\/svg>\n$/s);
  expect((await pihost(["check"], { cwd: shop.folder })).stdout).toContain("drawn: 2 isolates in 2 layers");
  shop.write("pihost.yaml", "name: drawn\nisolates:\n  store: { modul: ./store.mjs }\n");
  const wrong = await pihost(["check"], { cwd: shop.folder });
  expect(wrong).toMatchObject({ code: 2, stdout: "" });
  expect(wrong.stderr).toMatch(/pihost\.yaml:3:\d+/);
  expect(await pihost(["check", "nowhere.yaml"])).toMatchObject({ code: 2 });
});

test("top prints its table once where stdout is no terminal", async () => {
  const shop = useShop("topped");
  await useDetached(shop);
  const { code, stdout } = await pihost(["top", "topped"]);
  expect(code).toBe(0);
  const [head = "", store = ""] = stdout.split("\n");
  expect(head.split("\t").slice(0, 6)).toEqual(["NAME", "STATE", "PID", "CALLS", "MEMORY", "CPU"]);
  expect(store).toMatch(/^store\tready\t\d+\t0\t[\d.]+ MiB\t[\d.]+ %/);
});

test("of several kernels, the one of the working directory is meant, or they are listed", async () => {
  const [one, two] = [useShop("first-of-two"), useShop("second-of-two")];
  await Promise.all([useDetached(one), useDetached(two)]);
  expect((await pihost(["graph"], { cwd: two.folder })).stdout).toMatch(/^second-of-two\n/);
  const unclear = await pihost(["graph"]);
  expect(unclear.code).toBe(1);
  expect(unclear.stderr).toContain("first-of-two");
  expect(unclear.stderr).toContain("second-of-two");
});

test("a kernel that cannot be started is told with what it wrote, and leaves no process", async () => {
  const shop = useShop("broken");
  shop.write("store.mjs", 'console.log("about to fail"); throw new Error("no licence");\n');
  const { code, stderr } = await pihost(["up", "-d"], { cwd: shop.folder, env: shop.env });
  expect(code).toBe(1);
  expect(stderr).toContain("store | about to fail");
  expect(stderr).toContain("no licence");
  const kernels = async (): Promise<string> => (await pihost(["ls", "--json"])).stdout;
  expect(await kernels()).not.toContain('"broken"');
});
