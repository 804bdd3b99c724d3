import { type ArrivedError, completeError, createBareError } from "./create-error.js";
import { COST } from "./decode-cost.js";
import type { DecodeWalk } from "./decode-walk.js";
import { cutStack } from "./error-stack.js";
import { listOf, recordOf, textOf } from "./nodes.js";

const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({});

/** Makes the error of a node `["$e", parts, fields]`. Its parts may refer to it, and find it without its parts. */
export function decodeError(walk: DecodeWalk, [, partsNode, fieldsNode]: unknown[]): Error {
  walk.context.meter?.charge(COST.error);
  const parts = partsNode === undefined ? NOTHING : recordOf(partsNode);
  const fields = fieldsNode === undefined ? NOTHING : recordOf(fieldsNode);
  const name = typeof fields.name === "string" ? fields.name.replace(/^\$\$/, "$") : undefined;
  const head = {
    frameworkCode: textOf(parts.framework ?? ""),
    className: textOf(parts.class ?? "Error"),
    baseName: textOf(parts.base ?? "Error"),
    message: textOf(parts.message ?? ""),
  };
  const bare = createBareError({ ...head, name });
  const number = walk.reserve(bare);
  const { code } = parts;
  const arrived: ArrivedError = {
    ...head,
    stack: parts.stack === undefined ? stackOf(head) : cutStack(textOf(parts.stack)),
    code: typeof code === "string" || typeof code === "number" ? code : undefined,
    hasCause: Object.hasOwn(parts, "cause"),
    cause: walk.decode(parts.cause),
    members: parts.members === undefined ? undefined : listOf(parts.members).map((member) => walk.decode(member)),
    fields: walk.decodeFields(fields, false),
    turned: new Set(parts.turned === undefined ? [] : listOf(parts.turned)),
    isMute: parts.mute === true,
  };
  return walk.settle(number, completeError(bare, arrived));
}

/** Of an error whose runtime told no stack. */
function stackOf({ className, message }: { readonly className: string; readonly message: string }): string {
  return cutStack(message === "" ? className : `${className}: ${message}`);
}
