import { closestName, IsolationError } from "../../src/errors/index.js";
import { type Container, hasMember, isClass, isContainer, memberNames } from "./members.js";
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

/**
 * Walks `path` ("add", "SampleClass.method", "default") through a module's exports.
 *
 * @returns one step per segment, the last of which holds the function or constant.
 * @throws IsolationError `METHOD_NOT_FOUND`, with the names there are; `INVALID_OPTION` if `path` is no string.
 */
export function resolveExportPath(exports: ModuleExports, path: string, module: string): ExportStep[] {
  const segments = parseExportPath(path, module);
  const steps: ExportStep[] = [];
  for (const [index, key] of segments.entries()) {
    const before = steps.at(-1);
    const step = before === undefined ? firstStep(exports, key) : nextStep(before, key);
    if (step === undefined) throw notFound(exports, segments.slice(0, index), key, before, module);
    steps.push(step);
  }
  return steps;
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

function nextStep(before: ExportStep, key: string): ExportStep | undefined {
  const container = before.container[before.key];
  return isContainer(container) && hasMember(container, key) ? { container, key, receiver: container } : undefined;
}

function parseExportPath(path: unknown, module: string): string[] {
  if (typeof path !== "string") {
    throw new IsolationError("INVALID_OPTION", `method must be a string, received ${quote(path)}`);
  }
  const segments = path.split(".");
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
