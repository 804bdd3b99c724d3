// Unary calls and a large stream through the front door, beside the same client straight to the isolate, and beside nginx and HAProxy.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
// The kernel file by file: it knows the tokens of its isolates.
import { readManifest } from "../../dist/src/kernel/manifest/index.js";
import { resolveKernelOptions } from "../../dist/src/kernel/options.js";
import { KernelRuntime } from "../../dist/src/kernel/runtime.js";
import { interleave } from "../measure/interleave.mjs";
import { median } from "../measure/statistics.mjs";
import { isThere, startProxies } from "./proxies.mjs";

const run = promisify(execFile);
const CALLS = 20_000;
const LONE_CALLS = 3_000;
const STREAMS = 4;
/** 64 MiB in messages of 64 KiB. */
const PAGES = 1_024;

const file = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/** @typedef {{ name: string, base: string, token: string }} Way */

/** @param {number} rounds @returns {Promise<import("./main.mjs").Row[]>} */
export async function compareDoors(rounds) {
  if (!(await isThere("h2load", "--version"))) return without("h2load (Debian: nghttp2-client)");
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const manifest = await readManifest({
    isolates: { store: { module: file("store.mjs"), grpc: { proto: file("shop.proto") } } },
  });
  const kernel = new KernelRuntime(manifest, resolveKernelOptions({}, manifest));
  await kernel.start();
  const { door, tokens, routes } = kernel.entrance;
  const { address, token } = await routes.upstream("store", new AbortController().signal);
  const proxies = await startProxies(folder, address);
  /** @type {Way[]} */
  const ways = [
    { name: "door", base: `unix:${door?.socket}`, token: tokens.create({ scopes: ["call:*"] }).token },
    { name: "straight", base: `unix:${address}`, token },
    ...proxies.map(({ name, base }) => ({ name, base, token })),
  ];
  const measure = (/** @type {Parameters<typeof load>[2]} */ what) =>
    interleave(
      ways.map((way) => ({ name: way.name, measure: () => load(folder, way, what) })),
      rounds,
    );
  const at64 = await measure({ method: "Get", calls: CALLS, concurrency: 64 });
  const lone = await measure({ method: "Get", calls: LONE_CALLS, concurrency: 1 });
  const stream = await measure({ method: "Pages", calls: STREAMS, concurrency: 1 });
  for (const proxy of proxies) proxy.stop();
  await kernel.stop({ kind: "requested", reason: "measured" });
  rmSync(folder, { recursive: true, force: true });
  const row = (
    /** @type {string} */ what,
    /** @type {typeof lone} */ { samples },
    /** @type {string} */ peer,
    /** @type {string} */ goal,
  ) => {
    const of = (/** @type {string} */ name) => median(samples[name] ?? [Number.NaN]);
    return { what, ours: of("door"), peer: peer === "nginx" ? "nginx grpc_pass" : peer, theirs: of(peer), goal };
  };
  const rows = [
    row("front door, unary, 64 at once, /s", at64, "straight", "≥ 0.5×"),
    row("front door, unary, 64 at once, /s", at64, "nginx", "≥ 1.5×"),
    row("front door, unary, 64 at once, /s", at64, "HAProxy", "–"),
    row("front door, unary, one at a time, /s", lone, "nginx", "≥ 0.5×"),
    row("front door, unary, one at a time, /s", lone, "HAProxy", "–"),
    row("front door, a stream of 64 MiB, /s", stream, "nginx", "≥ 0.7×"),
    row("front door, a stream of 64 MiB, /s", stream, "HAProxy", "–"),
  ];
  return rows.filter(({ theirs }) => !Number.isNaN(theirs));
}

/** @param {string} what @returns {import("./main.mjs").Row[]} */
function without(what) {
  process.stdout.write(`the front door is not measured: ${what} is not here\n`);
  return [];
}

/** Requests per second. @param {string} folder @param {Way} way @param {{ method: string, calls: number, concurrency: number }} what */
async function load(folder, { base, token }, { method, calls, concurrency }) {
  const body = method === "Get" ? [10, 3, 116, 101, 97] : [8, (PAGES & 127) | 128, PAGES >> 7];
  const message = join(folder, method);
  writeFileSync(message, Buffer.from([0, 0, 0, 0, body.length, ...body]));
  const headers = ["content-type: application/grpc", "te: trailers", `authorization: Bearer ${token}`];
  const args = ["-n", String(calls), "-c", "1", "-m", String(concurrency), "-d", message];
  const target = base.startsWith("unix:")
    ? [`--base-uri=${base}`, `http://localhost/shop.v1.Store/${method}`]
    : [`${base}/shop.v1.Store/${method}`];
  const { stdout } = await run("h2load", [...args, ...headers.flatMap((header) => ["-H", header]), ...target]);
  const rate = /, ([\d.]+) req\/s/.exec(stdout)?.[1];
  const done = /status codes: (\d+) 2xx/.exec(stdout)?.[1];
  if (rate === undefined || Number(done) !== calls) throw new Error(`not all were answered:\n${stdout}`);
  return Number(rate);
}
