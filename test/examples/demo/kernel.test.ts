import { describe, expect, test } from "vitest";
import { runExample } from "../run-example.js";

interface Accounts {
  counts: { kind: string; sent: number; answered: number; failed: Map<string, number> }[];
  confirmed: Set<string>;
  book: { id: string }[];
  left: number[];
}

const { accountTable, checkKernelAccounts } = (await import(
  new URL("../../../examples/demo/kernel/accounts.mjs", import.meta.url).href
)) as { accountTable(accounts: Accounts): string; checkKernelAccounts(accounts: Accounts): string[] };

/** Accounts in which everything adds up. */
function createAccounts(): Accounts {
  return {
    counts: [
      { kind: "Catalog.Get", sent: 3, answered: 3, failed: new Map() },
      { kind: "Orders.Place", sent: 2, answered: 1, failed: new Map([["UNAVAILABLE", 1]]) },
    ],
    confirmed: new Set(["a"]),
    book: [{ id: "a" }, { id: "b" }],
    left: [],
  };
}

test.each<[string, (accounts: Accounts) => void, string[]]>([
  ["nothing that is wrong", () => {}, []],
  [
    "a request without an end",
    ({ counts: [get] }) => Object.assign(get ?? {}, { sent: 4 }),
    ["Catalog.Get: without an end: 1"],
  ],
  [
    "a request that failed although it may be sent again",
    ({ counts: [get] }) => Object.assign(get ?? {}, { sent: 4, failed: new Map([["UNAVAILABLE", 1]]) }),
    ["Catalog.Get: failed with UNAVAILABLE: 1"],
  ],
  [
    "another status than that of a death",
    ({ counts: [, place] }) => Object.assign(place ?? {}, { sent: 3, failed: new Map([["UNKNOWN", 2]]) }),
    ["Orders.Place: failed with UNKNOWN: 2"],
  ],
  ["an order that ran twice", ({ book }) => book.push({ id: "b" }), ["orders that were written down twice: 1"]],
  [
    "an order that is lost",
    ({ confirmed }) => confirmed.add("c"),
    ["orders that were confirmed and not written down: 1"],
  ],
  ["a process that is left", ({ left }) => left.push(1), ["processes that are left: 1"]],
])("the accounts tell %s", (_, spoil, problems) => {
  const accounts = createAccounts();
  spoil(accounts);
  expect(checkKernelAccounts(accounts)).toEqual(problems);
});

test("the table has what was sent, answered, lost, run twice, and why the rest failed", () => {
  expect(
    accountTable(createAccounts())
      .split("\n")
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ["request", "sent", "answered", "lost", "run twice", "failed"],
    [expect.any(String), "────", "────────", "────", "─────────", expect.any(String)],
    ["Catalog.Get", "3", "3", "0", "0"],
    ["Orders.Place", "2", "1", "0", "0", "1 × UNAVAILABLE"],
  ]);
});

describe("the demo of a kernel", () => {
  test("accounts for every request although its isolates die in several ways", { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await runExample("demo/kernel/main.mjs");
    expect({ code, stderr, last: stdout.trimEnd().split("\n").at(-1) }, stdout).toEqual({
      code: 0,
      stderr: "",
      last: "every request is accounted for",
    });
    expect(stdout).toMatch(
      /catalog is killed with SIGKILL\n {4}→ catalog, pricing, orders, storefront back after \d+ ms/,
    );
    expect(stdout).toMatch(/native add-on of theme\n {4}→ theme back after \d+ ms/);
    expect(stdout).toMatch(/mailer throws where nobody catches\n {4}→ mailer back after \d+ ms/);
    expect(stdout).toMatch(/with a sale\n {4}→ [1-9]\d* requests answered meanwhile, 0 failed/);
    expect(stdout).toMatch(
      /read the books\n {4}→ NOT_GRANTED: mailer may not use host\.ledger: .*pihost\.yaml:\d+:\d+/,
    );
    expect(stdout).toMatch(/token for the catalog\n {4}→ 7 PERMISSION_DENIED/);
    expect(stdout).toMatch(/^\d+ processes came and went, 0 are left$/m);
  });
});
