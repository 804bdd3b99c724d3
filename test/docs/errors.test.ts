import { expect, test } from "vitest";
import { EXIT } from "../../src/cli/exit-codes.js";
import { PIHOST_EXIT } from "../../src/contract/index.js";
import { ERROR_CODES, type ExitReason } from "../../src/errors/index.js";
import { codeIn, readDocument, rowsOf, sectionOf } from "./markdown.js";

const document = readDocument("docs/errors.md");

test("the codes are those of ERROR_CODES, in their order", () => {
  const headings = [...sectionOf(document, "Codes").matchAll(/^### `(\w+)`$/gm)].map((match) => match[1]);
  expect(headings).toEqual(Object.keys(ERROR_CODES));
});

test.each(Object.entries(ERROR_CODES))("%s means what the table of codes says", (code, meaning) => {
  const [first = ""] = sectionOf(document, `\`${code}\``).trim().split("\n\n");
  expect(first.replaceAll("\n", " ")).toBe(meaning);
});

test.each(Object.keys(ERROR_CODES))("%s has its facts and an advice", (code) => {
  const section = sectionOf(document, `\`${code}\``);
  expect(section).toMatch(/^\* Facts: /m);
  expect(section).toMatch(/^\* What to do: /m);
});

test("the exit reasons are those of ExitReason", () => {
  // The compiler holds this list equal to the type, the test holds the document equal to the list.
  const reasons: Record<ExitReason, true> = {
    requested: true,
    terminated: true,
    exit: true,
    signal: true,
    "heap-out-of-memory": true,
    "memory-limit": true,
    "cpu-limit": true,
    "pids-limit": true,
    "open-files-limit": true,
    unresponsive: true,
    protocol: true,
    "start-failed": true,
    "host-exit": true,
  };
  const documented = rowsOf(sectionOf(document, "Exit reasons")).map(([reason = ""]) => codeIn(reason)[0]);
  expect(documented).toEqual(Object.keys(reasons));
});

test("the exit codes of a pihost are those of PIHOST_EXIT", () => {
  const rows = rowsOf(sectionOf(document, "Exit codes of a pihost"));
  const documented = rows.map(([code, name = ""]) => [codeIn(name)[0], Number(code)]);
  expect(Object.fromEntries(documented)).toEqual(PIHOST_EXIT);
});

test("the exit codes of the command are those that it has", () => {
  const rows = rowsOf(sectionOf(document, "Exit codes of the command `pihost`"));
  const documented = rows.map(([code]) => Number(code)).filter((code) => !Number.isNaN(code));
  // 0 is in the range of the program's own codes, 141 is that of a signal.
  const own = Object.values(EXIT).filter((code) => code !== EXIT.done && code !== EXIT.brokenPipe);
  expect(documented).toEqual(own);
});
