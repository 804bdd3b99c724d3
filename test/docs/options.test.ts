import { IsolationError, ProcessIsolator } from "process-isolation";
import { expect, test } from "vitest";
import { isolationError } from "../helpers/rejection.js";
import { codeIn, readDocument, rowsOf, sectionOf } from "./markdown.js";

const section = sectionOf(readDocument("README.md"), "Options");

/** What an option is refused with, whose value can never be right. */
async function refusalOf(name: string): Promise<string> {
  const error = await isolationError(ProcessIsolator.create({ [name]: Symbol("wrong") }));
  expect(IsolationError.is(error, "INVALID_OPTION")).toBe(true);
  return error.message;
}

test("the table has every option, and what is refused stands under it", async () => {
  const known = /what it has: (.*)$/.exec(await refusalOf("noSuchOption"))?.[1]?.split(", ") ?? [];
  const accepted: string[] = [];
  const refused: string[] = [];
  for (const name of known) {
    ((await refusalOf(name)).includes("not yet enforced") ? refused : accepted).push(name);
  }
  const documented = rowsOf(section).flatMap(([names = ""]) => codeIn(names));
  expect(documented.toSorted()).toEqual(accepted.toSorted());
  const notYet = /Not in this version, and refused rather than ignored: ([^\n]*)/.exec(section)?.[1] ?? "";
  expect(codeIn(notYet).toSorted()).toEqual(refused.toSorted());
});
