import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOMS, ROOMS_OF_PIHOST } from "../../scripts/import-rules.mjs";
import { isLegalMove, type State } from "../../src/supervision/index.js";
import { codeIn, fencesOf, REPOSITORY, readDocument, rowsOf, sectionOf } from "./markdown.js";

const document = readDocument("docs/architecture.md");

const KINDS: Record<State["kind"], true> = {
  idle: true,
  starting: true,
  ready: true,
  waiting: true,
  stopping: true,
  stopped: true,
};

test("the rooms are those of the import rules, in their order", () => {
  const built = readdirSync(join(REPOSITORY, "src"));
  const rows = rowsOf(sectionOf(document, "Rooms"));
  const rooms = rows.map(([room = "", mark]) => ({ name: codeIn(room)[0], inPihost: mark === "•" }));
  expect(rooms).toEqual(
    ROOMS.filter((name) => built.includes(name)).map((name) => ({ name, inPihost: ROOMS_OF_PIHOST.includes(name) })),
  );
});

test("the rooms of the kernel are its folders", () => {
  const folders = readdirSync(join(REPOSITORY, "src/kernel"), { withFileTypes: true }).filter((one) =>
    one.isDirectory(),
  );
  const rooms = rowsOf(sectionOf(document, "Rooms of the kernel")).map(([room = ""]) => codeIn(room)[0]);
  expect(rooms.toSorted()).toEqual(folders.map(({ name }) => name).toSorted());
});

test("the state diagram has the legal moves, all of them and no other", () => {
  const [diagram] = fencesOf(sectionOf(document, "States")).filter(({ language }) => language === "mermaid");
  const drawn = [...(diagram?.text ?? "").matchAll(/^ +(\w+) --> (\w+)/gm)].map(([, from, to]) => `${from} ${to}`);
  const kinds = Object.keys(KINDS) as State["kind"][];
  const legal = kinds.flatMap((from) => kinds.filter((to) => isLegalMove(from, to)).map((to) => `${from} ${to}`));
  expect(drawn.toSorted()).toEqual(legal.toSorted());
});

test("every file and folder that it names is there", () => {
  const paths = codeIn(document).filter(
    (code) => /^[\w-]+(?:\/[\w.-]+)+$/.test(code) && !code.includes("process-isolation"),
  );
  expect(paths.length).toBeGreaterThan(10);
  const exists = (path: string): boolean => {
    const folder = join(REPOSITORY, path, "..");
    try {
      return readdirSync(folder).includes(path.split("/").at(-1) ?? "");
    } catch {
      return false;
    }
  };
  expect(paths.filter((path) => !exists(path) && !exists(`src/${path}`))).toEqual([]);
});
