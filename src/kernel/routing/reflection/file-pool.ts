import { DESCRIPTOR_BYTES, DESCRIPTOR_FILES } from "../bounds.js";
import { type FileSummary, summarize } from "./file-summary.js";
import { bytesField, fieldsOf } from "./wire.js";

const NAME = 1;
const DEPENDENCY = 3;

/**
 * The descriptors of all isolates as one set. A file that two of them have in different versions is told apart: that of the
 * later one gets another name, and so does each of its files that depends on it.
 */
export class FilePool {
  readonly #files = new Map<string, FileSummary>();
  readonly #symbols = new Map<string, FileSummary>();
  readonly #extensions = new Map<string, Map<number, FileSummary>>();

  /**
   * @param owner whose files they are; a part of the new names
   * @param services those that it serves: their symbols are its own, whoever else describes them
   * @throws RangeError where they are no descriptors, or above the bounds: then nothing of them is added
   */
  add(owner: string, files: readonly Uint8Array[], services: readonly string[]): void {
    const summaries = read(files);
    const changed = this.#changed(summaries);
    const names = new Map<string, string>();
    for (const name of changed) if (this.#files.has(name)) names.set(name, this.#freeName(`${owner}:${name}`));
    const owned = new Set(services);
    for (const file of summaries.values()) {
      if (changed.has(file.name)) this.#register(renameFile(file, names), owned);
      else this.#register(this.#files.get(file.name) ?? file, owned);
    }
  }

  byName(name: string): FileSummary | undefined {
    return this.#files.get(name);
  }

  bySymbol(symbol: string): FileSummary | undefined {
    return this.#symbols.get(symbol);
  }

  byExtension(extendee: string, number: number): FileSummary | undefined {
    return this.#extensions.get(extendee)?.get(number);
  }

  extensionsOf(extendee: string): number[] | undefined {
    const known = this.#extensions.get(extendee);
    if (known === undefined) return this.#symbols.has(extendee) ? [] : undefined;
    return [...known.keys()].sort((a, b) => a - b);
  }

  /** The file and all that it depends on, itself first, and without those of `sent`, to which they are added. */
  closure(file: FileSummary, sent: Set<string>): FileSummary[] {
    const found = [file];
    sent.add(file.name);
    // Grows while it is walked.
    for (const { dependencies } of found) {
      for (const name of dependencies) {
        const dependency = this.#files.get(name);
        if (dependency === undefined || sent.has(name)) continue;
        sent.add(name);
        found.push(dependency);
      }
    }
    return found;
  }

  /** The names of files that are here with other bytes, and of those that depend on them. */
  #changed(files: ReadonlyMap<string, FileSummary>): Set<string> {
    const changed = new Set<string>();
    const dependents = new Map<string, string[]>();
    for (const { name, bytes, dependencies } of files.values()) {
      const known = this.#files.get(name);
      if (known !== undefined && !known.bytes.equals(bytes)) changed.add(name);
      for (const dependency of dependencies) dependents.set(dependency, [...(dependents.get(dependency) ?? []), name]);
    }
    // Grows while it is walked.
    for (const name of changed) for (const dependent of dependents.get(name) ?? []) changed.add(dependent);
    return changed;
  }

  #freeName(wanted: string): string {
    return this.#files.has(wanted) ? this.#freeName(`${wanted}_`) : wanted;
  }

  #register(file: FileSummary, owned: ReadonlySet<string>): void {
    this.#files.set(file.name, file);
    for (const symbol of file.symbols)
      if (owned.has(symbol) || !this.#symbols.has(symbol)) this.#symbols.set(symbol, file);
    for (const { extendee, number } of file.extensions) {
      const known = this.#extensions.get(extendee) ?? new Map<number, FileSummary>();
      this.#extensions.set(extendee, known);
      if (!known.has(number)) known.set(number, file);
    }
  }
}

function read(files: readonly Uint8Array[]): Map<string, FileSummary> {
  const bytes = files.reduce((sum, file) => sum + file.length, 0);
  if (files.length > DESCRIPTOR_FILES || bytes > DESCRIPTOR_BYTES)
    throw new RangeError(
      `${files.length} files with ${bytes} bytes; ${DESCRIPTOR_FILES} with ${DESCRIPTOR_BYTES} are the most`,
    );
  const summaries = new Map<string, FileSummary>();
  for (const file of files) {
    const summary = summarize(file);
    summaries.set(summary.name, summary);
  }
  return summaries;
}

/** The same file, where some files have other names, itself perhaps; all else stays byte for byte. */
function renameFile(file: FileSummary, names: ReadonlyMap<string, string>): FileSummary {
  const rename = (name: string): string => names.get(name) ?? name;
  const parts: Buffer[] = [];
  for (const { number, bytes, raw } of fieldsOf(file.bytes)) {
    if (number === NAME || number === DEPENDENCY) parts.push(bytesField(number, rename(bytes.toString())));
    else parts.push(raw);
  }
  return {
    ...file,
    name: rename(file.name),
    bytes: Buffer.concat(parts),
    dependencies: file.dependencies.map(rename),
  };
}
