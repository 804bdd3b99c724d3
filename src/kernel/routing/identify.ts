import { GrpcStatus } from "../../grpc/index.js";
import type { Refusal } from "./status-fields.js";
import type { TokenScope, Tokens } from "./tokens.js";

/** Who sends a request. */
export interface Holder {
  /** The token's; undefined for the kernel's own user. */
  readonly id: string | undefined;
  readonly scopes: readonly TokenScope[];
}

const BEARER = /^bearer +([^ ]+)$/i;
const USER: Holder = { id: undefined, scopes: ["operate"] };

/**
 * The holder of what a request shows.
 *
 * A token narrows what the kernel's own user may do, too: whoever shows one is taken at its word.
 *
 * @param isUser only the kernel's own user can have sent it
 */
export function identify(authorization: string | undefined, tokens: Tokens, isUser: boolean): Holder | Refusal {
  if (authorization === undefined && isUser) return USER;
  const token = BEARER.exec(authorization ?? "")?.[1];
  const facts = token === undefined ? undefined : tokens.check(token);
  if (facts !== undefined) return facts;
  const what =
    authorization === undefined
      ? "the request has no token"
      : token === undefined
        ? "the request's authorization is not of the form Bearer <token>"
        : "the request's token is not one of this kernel, or was revoked, or has expired";
  return {
    code: GrpcStatus.UNAUTHENTICATED,
    message: `${what}: the front door wants the metadata \`authorization: Bearer <token>\`; \`pihost token\` makes one`,
  };
}
