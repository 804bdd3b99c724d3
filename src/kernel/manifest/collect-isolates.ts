import { didYouMean } from "../../errors/index.js";
import type { GroupDefinition, IsolateDefinition, KernelManifest } from "./manifest.js";
import { fieldName, type Problems } from "./problems.js";
import type { Path } from "./source.js";

/** An isolate as it is written, and where. */
export interface WrittenIsolate {
  readonly name: string;
  readonly definition: IsolateDefinition;
  readonly path: Path;
}

/** The isolates of the manifest and of all its groups, and which group has each. */
export interface WrittenIsolates {
  readonly isolates: ReadonlyMap<string, WrittenIsolate>;
  /** The path of the innermost group; those at the root are not in it. */
  readonly groupOf: ReadonlyMap<string, string>;
}

/** Collects what is written at the top and in groups; two of one name are a problem. */
export function collectIsolates(manifest: KernelManifest, problems: Problems): WrittenIsolates {
  const isolates = new Map<string, WrittenIsolate>();
  const groupOf = new Map<string, string>();
  const groupNames = new Map<string, Path>();
  define(manifest.isolates ?? {}, ["isolates"], isolates, problems);
  const visit = (groups: KernelManifest["groups"], at: Path): void => {
    for (const [name, group] of Object.entries(groups ?? {})) {
      const path = [...at, name];
      const twin = groupNames.get(name);
      if (twin !== undefined) problems.add(path, `has the name of ${fieldName(twin)}: every group has its own`, "key");
      groupNames.set(name, path);
      if (!hasChildren(group)) problems.add(path, "must have at least one isolate or group", "key");
      if (isNamed(group.isolates)) join(group.isolates, path, { isolates, groupOf }, problems);
      else
        for (const isolate of define(group.isolates ?? {}, [...path, "isolates"], isolates, problems))
          groupOf.set(isolate, fieldName(path));
      visit(group.groups, [...path, "groups"]);
    }
  };
  visit(manifest.groups, ["groups"]);
  if (isolates.size === 0) problems.add([], "must have at least one isolate");
  return { isolates, groupOf };
}

function define(
  definitions: Readonly<Record<string, IsolateDefinition>>,
  at: Path,
  isolates: Map<string, WrittenIsolate>,
  problems: Problems,
): string[] {
  const defined: string[] = [];
  for (const [name, definition] of Object.entries(definitions)) {
    const path = [...at, name];
    const twin = isolates.get(name);
    if (name === "host" || name.startsWith("host.")) {
      problems.add(path, 'must have another name: "host" is the host itself, in what isolates use', "key");
    } else if (twin !== undefined) {
      problems.add(path, `is defined twice: also as ${fieldName(twin.path)}`, "key");
    } else {
      isolates.set(name, { name, definition, path });
      defined.push(name);
    }
  }
  return defined;
}

/** Puts isolates that are defined at the top into a group. */
function join(
  names: readonly string[],
  path: Path,
  written: { isolates: Map<string, WrittenIsolate>; groupOf: Map<string, string> },
  problems: Problems,
): void {
  for (const [index, name] of names.entries()) {
    const at = [...path, "isolates", index];
    const isolate = written.isolates.get(name);
    const other = written.groupOf.get(name);
    if (other !== undefined) problems.add(at, `names ${JSON.stringify(name)}, which is in ${other} already`);
    else if (isolate === undefined)
      problems.add(at, `names no isolate at the top: ${unknownName(name, written.isolates)}`);
    else written.groupOf.set(name, fieldName(path));
  }
}

/** What came, and which of the known names it may have been meant for. */
export function unknownName(name: string, known: ReadonlyMap<string, unknown> | readonly string[]): string {
  const names = Array.isArray(known)
    ? (known as readonly string[])
    : [...(known as ReadonlyMap<string, unknown>).keys()];
  const hint = didYouMean(name, names);
  return `received ${JSON.stringify(name)}${hint}; there are ${names.toSorted().join(", ") || "none"}`;
}

export function isNamed(isolates: GroupDefinition["isolates"]): isolates is readonly string[] {
  return Array.isArray(isolates);
}

function hasChildren({ isolates = {}, groups = {} }: GroupDefinition): boolean {
  return Object.keys(isolates).length + Object.keys(groups).length > 0;
}
