import { describe, expect, test } from "vitest";

const { checkAccounts } = (await import(
  new URL("../../../examples/demo/check-accounts.mjs", import.meta.url).href
)) as { checkAccounts(run: object): string[] };

/** A run of two files and one plug-in that lost one call in a crash. */
function createRun() {
  const outcome = { path: "a.md", wasRead: true, size: { markdown: 1, html: 1 }, missing: new Map<string, string>() };
  return {
    paths: ["a.md", "b.md"],
    outcomes: [outcome, { ...outcome, path: "b.md", missing: new Map([["index", "crashed (SIGSEGV)"]]) }],
    plugins: [
      {
        name: "index",
        calls: 2,
        counts: { ok: 1, threw: 0, crashed: 1, stopped: 0 },
        restarts: 1,
        exits: new Map([
          ["SIGSEGV", 1],
          ["requested", 1],
        ]),
        surprises: [] as string[],
      },
    ],
    statuses: [{ restarts: 1, callsDone: 0, callsFailed: 0 }],
    interrupted: false,
  };
}

type Run = ReturnType<typeof createRun>;

const mistakes: [string, (run: Run) => void, string][] = [
  ["a file without an outcome", (run) => run.paths.push("c.md"), "files without an outcome: 1, expected 0"],
  [
    "a call that never settled",
    ({ plugins: [plugin] }) => Object.assign(plugin?.counts ?? {}, { crashed: 0 }),
    "index: outcomes of calls: 1, expected 2",
  ],
  [
    "an answer that no file got",
    ({ outcomes }) => outcomes[0]?.missing.set("index", "?"),
    "index: files without its part: 2, expected 1",
  ],
  [
    "a restart that nobody saw",
    ({ statuses: [status] }) => Object.assign(status ?? {}, { restarts: 2 }),
    "index: restarts seen: 1, expected 2",
  ],
  [
    "HTML that is not there",
    ({ outcomes: [outcome] }) => Object.assign(outcome?.size ?? {}, { html: 0 }),
    "rendered files without",
  ],
  ["what nobody foresaw", ({ plugins: [plugin] }) => plugin?.surprises.push("boom"), "index: boom"],
];

describe("the accounts of the demo", () => {
  test("add up when every file and every call has its outcome", () => {
    expect(checkAccounts(createRun())).toEqual([]);
  });

  test.each(mistakes)("show %s", (_, makeMistake, problem) => {
    const run = createRun();
    makeMistake(run);
    expect(checkAccounts(run)).toContainEqual(expect.stringContaining(problem));
  });
});
