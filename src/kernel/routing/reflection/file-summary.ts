import { DESCRIPTOR_DEPTH, DESCRIPTOR_SYMBOLS } from "../bounds.js";
import { fieldsOf } from "./wire.js";

/** What reflection has to know of a serialized FileDescriptorProto. */
export interface FileSummary {
  readonly name: string;
  readonly bytes: Buffer;
  readonly dependencies: readonly string[];
  /** Full names of what it defines: messages, enums, their values, extensions, services, methods. */
  readonly symbols: readonly string[];
  readonly extensions: readonly { readonly extendee: string; readonly number: number }[];
}

/** Numbers of fields in descriptor.proto. */
const FILE = { name: 1, package: 2, dependency: 3, message: 4, enum: 5, service: 6, extension: 7 };
const MESSAGE = { name: 1, nested: 3, enum: 4, extension: 6 };
const MEMBERS = { name: 1, member: 2 };
const EXTENSION = { name: 1, extendee: 2, number: 3 };

/** @throws RangeError for bytes that are no descriptor, and for one above the bounds */
export function summarize(file: Uint8Array): FileSummary {
  const reader = new SymbolReader();
  let name = "";
  let scope = "";
  const dependencies: string[] = [];
  const fields = [...fieldsOf(file)];
  for (const { number, bytes } of fields) {
    if (number === FILE.name) name = bytes.toString();
    else if (number === FILE.package) scope = bytes.toString();
    else if (number === FILE.dependency) dependencies.push(bytes.toString());
  }
  if (name === "") throw new RangeError("a file without a name");
  for (const { number, bytes } of fields) {
    if (number === FILE.message) reader.message(bytes, scope, 1);
    else if (number === FILE.enum) reader.members(bytes, scope, false);
    else if (number === FILE.service) reader.members(bytes, scope, true);
    else if (number === FILE.extension) reader.extension(bytes, scope);
  }
  const { symbols, extensions } = reader;
  return { name, bytes: Buffer.from(file), dependencies, symbols, extensions };
}

class SymbolReader {
  readonly symbols: string[] = [];
  readonly extensions: { extendee: string; number: number }[] = [];

  message(bytes: Buffer, scope: string, depth: number): void {
    if (depth > DESCRIPTOR_DEPTH) throw new RangeError(`messages within more than ${DESCRIPTOR_DEPTH} others`);
    const name = this.#add(scope, nameIn(bytes));
    for (const field of fieldsOf(bytes)) {
      if (field.number === MESSAGE.nested) this.message(field.bytes, name, depth + 1);
      else if (field.number === MESSAGE.enum) this.members(field.bytes, name, false);
      else if (field.number === MESSAGE.extension) this.extension(field.bytes, name);
    }
  }

  /** An enum, whose values are named in the scope of the enum itself; or a service, which is the scope of its methods. */
  members(bytes: Buffer, scope: string, isService: boolean): void {
    const name = this.#add(scope, nameIn(bytes));
    for (const field of fieldsOf(bytes))
      if (field.number === MEMBERS.member) this.#add(isService ? name : scope, nameIn(field.bytes));
  }

  extension(bytes: Buffer, scope: string): void {
    this.#add(scope, nameIn(bytes));
    let extendee = "";
    let number = 0;
    for (const field of fieldsOf(bytes)) {
      if (field.number === EXTENSION.extendee) extendee = field.bytes.toString().replace(/^\./, "");
      else if (field.number === EXTENSION.number) number = field.value;
    }
    this.extensions.push({ extendee, number });
  }

  #add(scope: string, name: string): string {
    const full = scope === "" ? name : `${scope}.${name}`;
    if (this.symbols.length >= DESCRIPTOR_SYMBOLS || full.length > 2_000)
      throw new RangeError(`more than ${DESCRIPTOR_SYMBOLS} names, or one of more than 2000 characters`);
    this.symbols.push(full);
    return full;
  }
}

function nameIn(bytes: Buffer): string {
  for (const field of fieldsOf(bytes)) if (field.number === MEMBERS.name) return field.bytes.toString();
  return "";
}
