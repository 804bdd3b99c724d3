import { types } from "node:util";
import { closestName, IsolationError } from "../../src/errors/index.js";
import { type Container, hasMember, isClass, isContainer, memberNames } from "../../src/session/index.js";
import { quote } from "./module-errors.js";
import type { ModuleExports } from "./module-exports.js";

const MAX_SEGMENTS = 32;
const MAX_NAMES_SHOWN = 10;

/** One step of a path: `key` is read from `container`, and what is found there is called with `receiver` as `this`. */
export interface ExportStep {
  container: Container;
  key: string;
  receiver: unknown;
}

export interface ResolvedPath {
  readonly steps: ExportStep[];
  readonly rest: readonly string[];
}

/** What is left of a path behind a promise. */
export interface RestOfPath {
  readonly path: string;
  readonly rest: readonly string[];
  readonly module: string;
}

/**
 * Walks `path` ("add", "SampleClass.method", "default") through a module's exports. A dot separates two names; one that
 * is part of a name has a backslash in front, or needs none where no shorter name leads anywhere ("user.created").
 *
 * @returns one step per name, the last of which holds the function or constant. A promise on the way ends the walk:
 *   `rest` is what is left of the path, for what the promise comes to.
 * @throws IsolationError `METHOD_NOT_FOUND`, with the names there are; `INVALID_OPTION` if `path` is no string.
 */
export function resolveExportPath(exports: ModuleExports, path: string, module: string): ResolvedPath {
  const segments = parseExportPath(path, module);
  const resolved = walk(segments, (key) => firstStep(exports, key));
  if (resolved !== undefined) return resolved;
  throw describeMissing(exports, segments, module);
}

/** Walks on from what a promise on the way came to. @throws IsolationError `METHOD_NOT_FOUND` */
export function resolveRest(value: unknown, { path, rest, module }: RestOfPath): ResolvedPath {
  const resolved = walk(rest, (key) => memberStep(value, key));
  if (resolved !== undefined) return resolved;
  const names = isContainer(value) ? memberNames(value) : [];
  const has = names.length === 0 ? "none that can be called" : shown(names);
  const message = `${quote(path)} of module ${module} leads to a promise, whose value has no ${quote(rest.join("."))}`;
  throw new IsolationError("METHOD_NOT_FOUND", `${message}; it has ${has}`);
}

/** Rejects what a path leads to but cannot be called: a class. */
export function refuseClass(value: unknown, path: string, module: string): void {
  if (!isClass(value)) return;
  const statics = isContainer(value) ? memberNames(value).map((name) => `${path}.${name}`) : [];
  const advice =
    statics.length === 0 ? "it has no static methods" : `call one of its static methods: ${shown(statics)}`;
  throw new IsolationError("METHOD_NOT_FOUND", `${quote(path)} of module ${module} is a class; ${advice}`);
}

function firstStep(exports: ModuleExports, key: string): ExportStep | undefined {
  const found = exports.find(key);
  return found && { ...found, key };
}

function memberStep(container: unknown, key: string): ExportStep | undefined {
  return isContainer(container) && hasMember(container, key) ? { container, key, receiver: container } : undefined;
}

/** Shorter names are tried first, so that dots separate wherever they can. */
function walk(segments: readonly string[], step: (key: string) => ExportStep | undefined): ResolvedPath | undefined {
  for (let length = 1; length <= segments.length; length++) {
    const found = step(segments.slice(0, length).join("."));
    if (found === undefined) continue;
    const rest = segments.slice(length);
    if (rest.length === 0) return { steps: [found], rest };
    const value = found.container[found.key];
    const further = walk(rest, (key) => memberStep(value, key));
    if (further !== undefined) return { steps: [found, ...further.steps], rest: further.rest };
    if (types.isPromise(value)) return { steps: [found], rest };
  }
  return undefined;
}

/** Where the walk by single names ends, which is what nearly everybody means by a path. */
function describeMissing(exports: ModuleExports, segments: readonly string[], module: string): IsolationError {
  let before: ExportStep | undefined;
  for (const [index, key] of segments.entries()) {
    const step = before === undefined ? firstStep(exports, key) : memberStep(before.container[before.key], key);
    if (step === undefined) return notFound(exports, segments.slice(0, index), key, before, module);
    before = step;
  }
  // A getter on the way gave something else the second time.
  const message = `${quote(segments.join("."))} of module ${module} is not the same each time it is read`;
  return new IsolationError("METHOD_NOT_FOUND", message);
}

function parseExportPath(path: unknown, module: string): string[] {
  if (typeof path !== "string") {
    throw new IsolationError("INVALID_OPTION", `method must be a string, received ${quote(path)}`);
  }
  const segments = splitPath(path);
  const problem =
    path === ""
      ? "is empty"
      : segments.includes("")
        ? "has an empty segment"
        : segments.length > MAX_SEGMENTS
          ? `has ${segments.length} segments, more than ${MAX_SEGMENTS}`
          : undefined;
  if (problem === undefined) return segments;
  throw new IsolationError("METHOD_NOT_FOUND", `export path ${quote(path)} for module ${module} ${problem}`);
}

/** At every dot without a backslash in front. */
function splitPath(path: string): string[] {
  if (!path.includes("\\")) return path.split(".");
  const segments = path.match(/(?:\\[\\.]|[^.])+/gu) ?? [];
  return segments.map((segment) => segment.replace(/\\([\\.])/g, "$1"));
}

function notFound(
  exports: ModuleExports,
  parents: readonly string[],
  key: string,
  before: ExportStep | undefined,
  module: string,
): IsolationError {
  const prefix = parents.map((parent) => `${parent}.`).join("");
  const parent = before?.container[before.key];
  const subject = before === undefined ? `module ${module}` : `${quote(parents.join("."))} of module ${module}`;
  const say = (detail: string) =>
    new IsolationError("METHOD_NOT_FOUND", `${subject} has no ${before ? "member" : "export"} ${quote(key)}${detail}`);
  if (before !== undefined && !isContainer(parent)) return say(`; it is ${kindOf(parent)}`);
  const names = isContainer(parent) ? memberNames(parent) : exports.names();
  if (names.length === 0) return say("; it has none that can be called");
  const closest = closestName(key, names);
  const suggestion = closest === undefined ? "" : `; did you mean ${quote(prefix + closest)}?`;
  return say(`${suggestion || ";"} it has ${shown(names.map((name) => prefix + name))}`);
}

function kindOf(value: unknown): string {
  return value === undefined || value === null ? String(value) : `a ${typeof value}`;
}

function shown(names: readonly string[]): string {
  const rest = names.length - MAX_NAMES_SHOWN;
  const list = names.slice(0, MAX_NAMES_SHOWN).join(", ");
  return rest > 0 ? `${list} and ${rest} more` : list;
}
