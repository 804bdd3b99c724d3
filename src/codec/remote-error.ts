import type { RemoteError } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import { type ArrivedError, createError } from "./create-error.js";
import { setField } from "./define-field.js";
import { type ErrorFacts, isError, keysOf, readErrorFacts } from "./error-facts.js";
import { cutStack, joinStacks } from "./error-stack.js";
import { fromJsonValue, Sharing, toJsonValue } from "./json-value.js";
import { describeValue } from "./not-serializable.js";

/** Causes and members beyond this depth are left out. Protobuf decoders refuse messages nested deeper than 100. */
const MAX_DEPTH = 16;
/** All errors of one tree: causes, members, and their causes. */
const MAX_ERRORS = 1024;

export interface RemoteErrorOptions {
  /**
   * Characters of all names, messages, stacks and fields together. What comes after is cut or left out, the outermost
   * error first served. Default 1 Mi.
   */
  maxLength?: number;
}

const SUPPRESSED_ERROR = "SuppressedError";
const NONE: ReadonlySet<unknown> = new Set();
const SUPPRESSED_PARTS: ReadonlySet<unknown> = new Set(["error", "suppressed"]);

interface Tree {
  errorsLeft: number;
  lengthLeft: number;
  ancestors: object[];
  sharing: Sharing;
}

/**
 * What was thrown, as it crosses: class, message, code, causes, members, own enumerable fields and stacks. An error
 * loses what JSON cannot carry, rather than fail. Never throws.
 */
export function toRemoteError(thrown: unknown, { maxLength = 1024 * 1024 }: RemoteErrorOptions = {}): RemoteError {
  try {
    return encodeThrown(thrown, {
      errorsLeft: MAX_ERRORS,
      lengthLeft: maxLength,
      ancestors: [],
      sharing: new Sharing(maxLength),
    });
  } catch {
    return remoteError({ name: "Error", message: "what was thrown cannot be read" });
  }
}

function encodeThrown(thrown: unknown, tree: Tree): RemoteError {
  if (isError(thrown)) return encodeError(thrown, tree);
  const value = jsonOrNothing(thrown, tree);
  if (value !== undefined) return remoteError({ thrown: value });
  return remoteError({
    frameworkCode: "NOT_SERIALIZABLE",
    name: IsolationError.name,
    message: `what was thrown is ${describeValue(thrown)}, which JSON cannot carry`,
  });
}

function encodeError(error: Error, tree: Tree): RemoteError {
  tree.errorsLeft -= 1;
  const facts = readErrorFacts(error);
  const remote = remoteError({
    frameworkCode: facts.frameworkCode,
    name: take(facts.className, tree),
    message: take(facts.message, tree),
    stack: takeStack(facts.stack, tree),
    code: typeof facts.code === "string" ? take(facts.code, tree) : facts.code,
    fields: encodeFields(facts.fields, tree),
  });
  tree.ancestors.push(error);
  encodeCause(facts, remote, tree);
  for (const member of facts.members ?? suppressedPair(facts) ?? []) {
    if (isWithin(tree, member)) remote.errors.push(encodeThrown(member, tree));
  }
  tree.ancestors.pop();
  return remote;
}

function encodeCause({ hasCause, cause }: ErrorFacts, remote: RemoteError, tree: Tree): void {
  if (!hasCause || cause === undefined) return;
  if (!isError(cause)) remote.causeValue = jsonOrNothing(cause, tree);
  else if (isWithin(tree, cause)) remote.cause = encodeError(cause, tree);
}

/** What a SuppressedError has instead of members: the error, and what that suppressed. */
function suppressedPair({ baseName, fields }: ErrorFacts): unknown[] | undefined {
  if (baseName !== SUPPRESSED_ERROR) return undefined;
  const parts = new Map(fields);
  return [parts.get("error"), parts.get("suppressed")];
}

/** Cuts cycles, and trees that are too deep or too large. */
function isWithin(tree: Tree, error: unknown): boolean {
  if (tree.errorsLeft <= 0 || tree.ancestors.length >= MAX_DEPTH || tree.ancestors.includes(error as object))
    return false;
  return !isError(error) || tree.sharing.allows(error, () => keysOf(error).length);
}

function encodeFields(fields: ErrorFacts["fields"], tree: Tree): RemoteError["fields"] {
  let encoded: RemoteError["fields"];
  for (const [key, field] of fields) {
    if (key === "__proto__" || key.length > tree.lengthLeft) continue;
    const value = field === undefined ? undefined : jsonOrNothing(field, tree);
    if (value === undefined) continue;
    tree.lengthLeft -= key.length;
    encoded ??= {};
    setField(encoded, key, value);
  }
  return encoded;
}

function jsonOrNothing(value: unknown, tree: Tree): unknown {
  try {
    const json = toJsonValue(value, "value", tree.sharing);
    const length = JSON.stringify(json).length;
    if (length > tree.lengthLeft) return undefined;
    tree.lengthLeft -= length;
    return json;
  } catch {
    return undefined;
  }
}

function take(text: string, tree: Tree): string {
  const taken = text.slice(0, tree.lengthLeft);
  tree.lengthLeft -= taken.length;
  return taken;
}

function takeStack(stack: string, tree: Tree): string {
  return take(cutStack(stack, Math.max(0, tree.lengthLeft)), tree);
}

function remoteError(parts: Partial<RemoteError>): RemoteError {
  return {
    frameworkCode: "",
    name: "",
    message: "",
    stack: "",
    code: undefined,
    cause: undefined,
    causeValue: undefined,
    errors: [],
    fields: undefined,
    thrown: undefined,
    ...parts,
  };
}

/**
 * What to throw on this side: the error, or the value that was thrown.
 *
 * Built-in classes arrive by identity, those of `registerErrorClass` as instances, errors of the framework as
 * `IsolationError`, all others as `Error` with their `name`.
 *
 * @param local gives the stack of the call; its frames follow the remote ones in the error's `stack`.
 */
export function fromRemoteError(remote: RemoteError, local?: { stack?: string }): unknown {
  return decodeThrown(remote, local?.stack, 0);
}

function decodeThrown(remote: RemoteError, localStack: string | undefined, depth: number): unknown {
  if (remote.thrown !== undefined) return fromJsonValue(remote.thrown);
  const members = remote.errors.map((member) =>
    depth < MAX_DEPTH ? decodeThrown(member, undefined, depth + 1) : null,
  );
  const isSuppressed = remote.name === SUPPRESSED_ERROR && members.length === 2;
  const remoteStack = remote.stack === "" ? `${remote.name || "Error"}: ${remote.message}` : cutStack(remote.stack);
  const arrived: ArrivedError = {
    frameworkCode: remote.frameworkCode,
    className: remote.name === "" ? "Error" : remote.name,
    baseName: remote.errors.length > 0 && !isSuppressed ? "AggregateError" : undefined,
    message: remote.message,
    stack: joinStacks(remoteStack, localStack),
    code: typeof remote.code === "string" || typeof remote.code === "number" ? remote.code : undefined,
    hasCause: false,
    cause: undefined,
    members: (members.length > 0 && !isSuppressed) || remote.name === "AggregateError" ? members : undefined,
    fields: isSuppressed
      ? { ...plainFields(remote.fields), error: members[0], suppressed: members[1] }
      : plainFields(remote.fields),
    turned: isSuppressed ? SUPPRESSED_PARTS : NONE,
  };
  if (remote.cause !== undefined && depth < MAX_DEPTH) {
    Object.assign(arrived, { hasCause: true, cause: decodeThrown(remote.cause, undefined, depth + 1) });
  } else if (remote.causeValue !== undefined) {
    Object.assign(arrived, { hasCause: true, cause: fromJsonValue(remote.causeValue) });
  }
  return createError(arrived);
}

function plainFields(fields: RemoteError["fields"]): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  if (fields !== undefined) {
    for (const [key, value] of Object.entries(fromJsonValue(fields) as object)) setField(plain, key, value);
  }
  return plain;
}
