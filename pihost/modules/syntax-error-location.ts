import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

/** How many files of a module's graph are searched. */
const MAX_FILES = 200;

/**
 * Where in the graph of ES modules at `url` the SyntaxError `error` is, as "file:line", or undefined.
 *
 * Node prints that place when an uncaught error ends the process, but keeps it from everyone else: neither the message
 * nor the stack of a rejected `import()` has it, and nothing public compiles an ES module without running it. So the
 * files are compiled again as scripts, their module syntax blanked out; the place counts only if the message agrees.
 */
export function locateSyntaxError(error: SyntaxError, url: string): string | undefined {
  if (!isUnlocated(error)) return undefined;
  const queue = [url];
  for (let index = 0; index < queue.length && index < MAX_FILES; index++) {
    const current = queue[index] as string;
    const source = readSource(current);
    if (source === undefined) continue;
    const line = failingLine(source, error.message);
    if (line !== undefined) return `${fileURLToPath(current)}:${line}`;
    for (const next of relativeImports(source, current)) if (!queue.includes(next)) queue.push(next);
  }
  return undefined;
}

/** Thrown by the compiler of ES modules, and not by code that ran (`JSON.parse`, `new RegExp`). */
function isUnlocated(error: SyntaxError): boolean {
  const [head, frame] = (error.stack ?? "").slice(`${error.name}: ${error.message}`.length).split("\n");
  return head === "" && frame?.includes("node:internal/modules/esm") === true;
}

function readSource(url: string): string | undefined {
  try {
    return readFileSync(new URL(url), "utf8");
  } catch {
    return undefined;
  }
}

/** A statement that names another module; its second group is the specifier. */
const IMPORT =
  /^[ \t]*(?:import\b|export\s*(?:\*|\{[^}]*\}\s*from\b))[^'"`;()=.]*(['"])([^'"\n]+)\1(?:\s*with\s*\{[^}]*\})?;?/gm;
const EXPORT_LIST = /^[ \t]*export\s*\{[^}]*\};?/gm;

function relativeImports(source: string, url: string): string[] {
  const specifiers = [...source.matchAll(IMPORT)].map((match) => match[2] ?? "");
  return specifiers.filter((specifier) => /^\.\.?\//.test(specifier)).map((specifier) => new URL(specifier, url).href);
}

/** Compiles without running. The body stands in an async function for `await`, on the line where it begins. */
function failingLine(source: string, message: string): number | undefined {
  const filename = "module";
  try {
    new vm.Script(`"use strict";async()=>{${blankModuleSyntax(source)}\n}`, { filename });
    return undefined;
  } catch (error) {
    if (!(error instanceof Error) || error.message !== message) return undefined;
    const [, line] = /^module:(\d+)\n/.exec(error.stack ?? "") ?? [];
    return line === undefined ? undefined : Math.min(Number(line), source.split("\n").length);
  }
}

function blankModuleSyntax(source: string): string {
  return source
    .replace(/^#!.*/, "")
    .replace(IMPORT, blank)
    .replace(EXPORT_LIST, blank)
    .replace(/^([ \t]*)export\s+default\b/gm, "$1void")
    .replace(/^([ \t]*)export\b/gm, "$1")
    .replace(/\bimport\.meta\b/g, "import_meta");
}

function blank(statement: string): string {
  return statement.replace(/[^\n]/g, " ");
}
