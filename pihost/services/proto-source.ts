import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { IsolationError } from "../../src/errors/index.js";

/** A .proto file and how it is known to others. */
export interface ProtoSource {
  /** As importing files name it: `shop/v1/store.proto`. */
  readonly name: string;
  /** Undefined for one that protobuf itself brings along. */
  readonly path: string | undefined;
  readonly text: string;
}

/** The files of protobuf itself, which need not be anywhere. */
const WELL_KNOWN =
  /^google\/protobuf\/(any|api|descriptor|duration|empty|field_mask|source_context|struct|timestamp|type|wrappers)\.proto$/;

export function isWellKnown(name: string): boolean {
  return WELL_KNOWN.test(name);
}

/** Finds and reads .proto files: in the given folders, and beside the file that imports them. */
export class ProtoSources {
  readonly #includeDirs: readonly string[];

  constructor(includeDirs: readonly string[]) {
    this.#includeDirs = includeDirs;
  }

  /** @throws IsolationError INVALID_OPTION when there is no such file */
  root(path: string): ProtoSource {
    const folder = this.#includeDirs.find((include) => isWithin(include, path)) ?? dirname(path);
    const text = read(path);
    if (text === undefined) throw new IsolationError("INVALID_OPTION", `proto ${path}: there is no such file`);
    return { name: toName(relative(folder, path)), path, text };
  }

  /** The file that an import means; undefined when there is none. */
  imported(name: string, importer: ProtoSource): ProtoSource | undefined {
    if (isWellKnown(name)) return { name, path: undefined, text: "" };
    if (isAbsolute(name)) return undefined;
    for (const folder of this.#includeDirs) {
      const text = read(join(folder, name));
      if (text !== undefined) return { name: toName(name), path: join(folder, name), text };
    }
    const beside = resolve(dirname(importer.path ?? ""), name);
    return read(beside) === undefined ? undefined : this.root(beside);
  }

  /** Where files are looked for, as errors say it. */
  get places(): string {
    return this.#includeDirs.join(", ");
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new IsolationError("INVALID_OPTION", `proto ${path} cannot be read: ${String(code)}`, { cause: error });
  }
}

function isWithin(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function toName(path: string): string {
  return path.split(sep).join("/");
}
