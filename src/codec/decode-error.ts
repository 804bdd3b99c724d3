import { type ArrivedError, completeError, createBareError } from "./create-error.js";
import { COST } from "./decode-cost.js";
import type { DecodeWalk } from "./decode-walk.js";
import { cutStack } from "./error-stack.js";
import { listOf, recordOf, textOf } from "./nodes.js";

/** Makes the error of a node `["$e", parts, fields]`. Its parts may refer to it, and find it without its parts. */
export function decodeError(walk: DecodeWalk, [, partsNode, fieldsNode]: unknown[]): Error {
  walk.context.meter?.charge(COST.error);
  const parts = recordOf(partsNode);
  const fields = recordOf(fieldsNode);
  const name = typeof fields.name === "string" ? fields.name.replace(/^\$\$/, "$") : undefined;
  const head = {
    frameworkCode: textOf(parts.framework),
    className: textOf(parts.class),
    baseName: textOf(parts.base),
    message: textOf(parts.message),
  };
  const bare = createBareError({ ...head, name });
  const number = walk.reserve(bare);
  const { code } = parts;
  const arrived: ArrivedError = {
    ...head,
    stack: cutStack(textOf(parts.stack)),
    code: typeof code === "string" || typeof code === "number" ? code : undefined,
    hasCause: Object.hasOwn(parts, "cause"),
    cause: walk.decode(parts.cause),
    members: parts.members === undefined ? undefined : listOf(parts.members).map((member) => walk.decode(member)),
    fields: walk.decodeFields(fields, false),
  };
  return walk.settle(number, completeError(bare, arrived));
}
