import { parse, Root } from "protobufjs";
import { IsolationError } from "../../src/errors/index.js";
import { commonFile } from "./common-file.js";
import type { ProtoSource, ProtoSources } from "./proto-source.js";

export interface ProtoImport {
  readonly name: string;
  readonly kind: "plain" | "public" | "weak";
}

/** A file that was read, with all that its descriptor says beside its types. */
export interface ProtoFile extends ProtoSource {
  readonly package: string;
  readonly imports: readonly ProtoImport[];
  /** The options of the file itself, as they are written. */
  readonly options: readonly Readonly<Record<string, unknown>>[];
}

export interface ParsedProtos {
  /** Dependencies first. Those that protobuf brings along are among them. */
  readonly files: readonly ProtoFile[];
  /** Of the files that were asked for, not of what they import. */
  readonly asked: ReadonlySet<string>;
  /** Every type, by the names that the files use; linked. */
  readonly root: Root;
}

/**
 * Reads .proto files and all that they import.
 *
 * @param keepCase whether fields keep their names, or get those of JavaScript
 * @throws IsolationError INVALID_OPTION that names file and line
 */
export function parseProtos(paths: readonly string[], sources: ProtoSources, keepCase: boolean): ParsedProtos {
  const parser = new Parser(sources, keepCase);
  const asked = new Set(paths.map((path) => parser.add(sources.root(path))));
  // Options, also those of the user's own, are messages of this file.
  parser.add({ name: "google/protobuf/descriptor.proto", path: undefined, text: "" }, true);
  return { files: parser.files, asked, root: parser.link() };
}

class Parser {
  readonly files: ProtoFile[] = [];
  readonly #root = new Root();
  readonly #sources: ProtoSources;
  readonly #keepCase: boolean;
  readonly #seen = new Set<string>();

  constructor(sources: ProtoSources, keepCase: boolean) {
    this.#sources = sources;
    this.#keepCase = keepCase;
  }

  /** Returns the name by which the file is known. @param silent without listing it */
  add(source: ProtoSource, silent = false): string {
    if (this.#seen.has(source.name)) return source.name;
    this.#seen.add(source.name);
    const file = source.path === undefined ? this.#wellKnown(source) : this.#parse(source);
    if (!silent) this.files.push(file);
    return source.name;
  }

  link(): Root {
    try {
      this.#root.resolveAll();
      return this.#root;
    } catch (error) {
      throw broken(this.#placeOf(error), error);
    }
  }

  #wellKnown(source: ProtoSource): ProtoFile {
    const common = commonFile(source.name);
    const imports = common.imports.map((name): ProtoImport => ({ name, kind: "plain" }));
    for (const { name } of imports) this.add({ name, path: undefined, text: "" });
    this.#root.addJSON(common.nested);
    return { ...source, package: "google.protobuf", imports, options: [] };
  }

  #parse(source: ProtoSource): ProtoFile {
    const parsed = this.#parseText(source);
    const options = this.#takeOptions(parsed.package);
    const all = [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])];
    const imports = all.map((name): ProtoImport => {
      const imported = this.#sources.imported(name, source);
      if (imported === undefined) throw this.#missing(name, source);
      const kind = parsed.weakImports?.includes(name) ? "weak" : isPublic(name, source.text) ? "public" : "plain";
      return { name: this.add(imported), kind };
    });
    return { ...source, package: parsed.package ?? "", imports, options };
  }

  #parseText(source: ProtoSource): ReturnType<typeof parse> {
    try {
      // Every type that is made from here on says that it is of this file.
      (parse as unknown as { filename: string | undefined }).filename = source.path;
      return parse(source.text, this.#root, { keepCase: this.#keepCase, preferTrailingComment: false });
    } catch (error) {
      throw broken(source.path, error);
    }
  }

  /** A package's options are one list for all of its files: each file's are taken out of it before the next is read. */
  #takeOptions(name: string | undefined): ProtoFile["options"] {
    const namespace = name === undefined ? this.#root : this.#root.lookup(name);
    const options = (namespace?.parsedOptions ?? []) as unknown as ProtoFile["options"];
    if (namespace !== null) Object.assign(namespace, { parsedOptions: null, options: undefined });
    return options;
  }

  #missing(name: string, source: ProtoSource): IsolationError {
    const line = lineOf(source.text, (text) => text.includes(name) && /^\s*import\b/.test(text));
    const where = `${source.path}:${line}`;
    return new IsolationError(
      "INVALID_OPTION",
      `proto ${where}: the import ${JSON.stringify(name)} is not found; looked in ${this.#sources.places}, and beside the file`,
    );
  }

  /** The first place that names what an error of linking is about. */
  #placeOf(error: unknown): string | undefined {
    const name =
      /no such [^:']*[:']? ?'?([\w.]+)/i.exec(String(error))?.[1] ?? /'extend ([\w.]+)'/.exec(String(error))?.[1];
    if (name === undefined) return undefined;
    const word = new RegExp(`(^|[^\\w.])${name.replaceAll(".", "\\.")}\\b`);
    const file = this.files.find(({ text }) => word.test(text));
    return file === undefined ? undefined : `${file.path}:${lineOf(file.text, (text) => word.test(text))}`;
  }
}

/** An error of protobufjs, which has its place at the end of the message, or none. */
function broken(place: string | undefined, error: unknown): IsolationError {
  const text = error instanceof Error ? error.message : String(error);
  const line = /\((?:.*, )?line (\d+)\)$/.exec(text)?.[1];
  const what = text.replace(/ \((?:.*, )?line \d+\)$/, "");
  const where = place === undefined ? "" : ` ${place}${line === undefined ? "" : `:${line}`}`;
  return new IsolationError("INVALID_OPTION", `proto${where}: ${what}`, { cause: error });
}

function lineOf(text: string, isIt: (line: string) => boolean): number {
  return text.split("\n").findIndex(isIt) + 1;
}

function isPublic(name: string, text: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`\\bimport\\s+public\\s+["']${escaped}["']`).test(text);
}
