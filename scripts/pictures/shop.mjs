import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Kernel } from "process-isolation/kernel";

/** @typedef {typeof import("./busy.mjs")} Busy */

const BUSY = fileURLToPath(new URL("./busy.mjs", import.meta.url));
const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));

/** A folder for modules, where the package is installed: in a picture stand no names of the machine that it was made on. */
const folder = mkdtempSync(join(tmpdir(), "shop-"));
mkdirSync(join(folder, "node_modules"));
symlinkSync(PACKAGE, join(folder, "node_modules/process-isolation"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** @param {string} name */
function moduleOf(name) {
  const file = join(folder, `${name}.mjs`);
  copyFileSync(BUSY, file);
  return file;
}

/** Who calls whom. @type {Readonly<Record<string, Record<string, import("process-isolation/kernel").UseDefinition>>>} */
const USES = {
  storefront: { orders: ["work"], catalog: ["work"], search: ["work"] },
  search: { catalog: ["work"] },
  orders: { ledger: ["work"], pricing: ["work"], mailer: { exports: ["work"], lazy: true }, "host.clock": ["now"] },
  catalog: { pricing: ["work"] },
  mailer: { templates: "*" },
  ledger: { "host.clock": ["now"] },
  pricing: {},
  templates: {},
};

const supervision = { maxRestarts: 1_000, withinMs: 10_000 };
const host = { clock: { now: () => Date.now() } };

/** A kernel of eight isolates, each with something to do. */
export function startShop() {
  const isolates = Object.fromEntries(
    Object.entries(USES).map(([name, uses]) => [
      name,
      { module: moduleOf(name), uses, essential: false, env: { PICTURE: name } },
    ]),
  );
  return Kernel.start({ name: "shop", isolates, supervision }, { host, discoverable: true });
}

/** A kernel of many, in four layers. @param {number} count */
export function startMany(count) {
  const name = (/** @type {number} */ index) =>
    `${["gateway", "service", "store", "worker"][index % 4]}-${String(index).padStart(2, "0")}`;
  const isolates = Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const below = index % 4 === 0 ? [index + 1, index + 5] : index % 4 === 1 ? [index + 1, index + 2] : [];
      const uses = Object.fromEntries(below.filter((one) => one < count).map((one) => [name(one), ["work"]]));
      return [name(index), { module: moduleOf(name(index)), uses, essential: false, env: { PICTURE: name(index) } }];
    }),
  );
  return Kernel.start({ name: "plant", isolates, supervision });
}

const LINES = [
  () =>
    JSON.stringify({
      level: 30,
      time: Date.now(),
      msg: "request completed",
      method: "GET",
      path: "/cart",
      status: 200,
      ms: 12,
    }),
  () =>
    JSON.stringify({ level: 40, time: Date.now(), msg: "retrying a slow upstream", attempt: 2, upstream: "payments" }),
  () => "INFO  cache: 1,204 entries, 98.2 % hits",
  () =>
    JSON.stringify({ level: 50, time: Date.now(), msg: "payment declined", code: "card_expired", order: "A-20817" }),
  () => "GET /products/4711 200 in 3 ms",
  () => "DEBUG pool: 4 of 10 connections in use",
  () =>
    JSON.stringify({ level: 30, time: Date.now(), msg: "order placed", order: "A-20818", items: 3, total: "42.90" }),
];

/**
 * Lets the isolates of a kernel work until it has ended.
 * @param {Kernel} kernel
 */
export function keepBusy(kernel) {
  let turn = 0;
  const timer = setInterval(() => {
    const ready = kernel.list().filter(({ state }) => state === "ready");
    for (const [index, { name, uses }] of ready.entries()) {
      turn += 1;
      if ((turn + index) % 3 === 0) continue;
      const { api } = kernel.isolate(name);
      const busy = /** @type {import("process-isolation").Remote<Busy>} */ (api);
      const [target] = uses.filter((one) => !one.startsWith("host"));
      const calls = Array.from({ length: 1 + ((turn * 7 + index) % 4) }, (_, call) =>
        target !== undefined && call % 2 === 0 ? busy.through(target, 1 + (turn % 5)) : busy.work(1 + (turn % 3)),
      );
      if (turn % 6 === 0) calls.push(busy.say((LINES[turn % LINES.length] ?? String)()).then(() => 0));
      if (turn % 41 === 0) calls.push(busy.complain("warning: the clock of the upstream is 3 s ahead").then(() => 0));
      for (const call of calls) call.catch(() => {});
    }
  }, 40);
  void kernel.waitForExit().then(() => clearInterval(timer));
}
