import { fromDuration } from "../../contract/index.js";
import * as messages from "../../contract/kernel.js";
import { GrpcError, GrpcStatus } from "../../grpc/index.js";
import type { TokenScope, Tokens } from "../routing/index.js";
import { type KernelMethod, unary } from "./method.js";
import { toTimestamp } from "./time-message.js";

/** What `pihost token` is built on. */
export function tokenMethods(tokens: Tokens): KernelMethod[] {
  return [
    unary(
      "CreateToken",
      messages.KernelServiceCreateTokenRequest,
      messages.KernelServiceCreateTokenResponse,
      ({ scopes, expiresIn, note }) =>
        tokens.create({
          // Checked there.
          scopes: scopes as TokenScope[],
          expiresAt: expiresIn === undefined ? undefined : Date.now() + fromDuration(expiresIn, 0),
          note: note === "" ? undefined : note,
        }),
    ),
    unary(
      "RevokeToken",
      messages.KernelServiceRevokeTokenRequest,
      messages.KernelServiceRevokeTokenResponse,
      ({ id }) => {
        if (tokens.revoke(id)) return {};
        const message = `there is no token with the id ${JSON.stringify(id)}: it was revoked, has expired, or never was`;
        throw new GrpcError(GrpcStatus.NOT_FOUND, message);
      },
    ),
    unary("ListTokens", messages.KernelServiceListTokensRequest, messages.KernelServiceListTokensResponse, () => ({
      tokens: tokens.list().map(({ id, scopes, createdAt, expiresAt, note = "" }) => ({
        id,
        scopes: [...scopes],
        createdAt: toTimestamp(createdAt),
        expiresAt: expiresAt === undefined ? undefined : toTimestamp(expiresAt),
        note,
      })),
    })),
  ];
}
