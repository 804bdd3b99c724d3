import { Metadata, ServerInterceptingCall, type ServerInterceptor, status } from "@grpc/grpc-js";
import { AUTHORIZATION_KEY, bearer } from "../../src/contract/index.js";
import { isSameSecret } from "./same-secret.js";

/** Refuses every request, of every service, that does not carry the token; before any handler sees it. */
export function requireToken(token: string): ServerInterceptor {
  const expected = Buffer.from(bearer(token));
  return (_, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, proceed) => {
            const values = metadata.get(AUTHORIZATION_KEY);
            if (values.length === 1 && isSameSecret(Buffer.from(values[0] as string), expected)) {
              metadata.remove(AUTHORIZATION_KEY);
              proceed(metadata);
              return;
            }
            call.sendStatus({
              code: status.UNAUTHENTICATED,
              details: "the request needs the metadata `authorization: Bearer <token>` with this generation's token",
              metadata: new Metadata(),
            });
          },
        }),
    });
}
