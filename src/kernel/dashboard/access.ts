import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { digestOf, isSecret } from "../secret.js";

/** Why a request is refused: the status, and what is said. */
export interface Refused {
  readonly status: 401 | 403;
  readonly error: string;
}

const BEARER = /^Bearer ([\w-]+)$/;

/**
 * Who may ask a dashboard for what. Every user of the machine reaches its port, and every page in the browser of its own
 * user can send requests to it, so: a token, which the browser sends nowhere by itself; the name by which it was asked for, so
 * that no other page comes in under a name of its own (DNS rebinding); and where a request comes from.
 */
export class Access {
  readonly token = randomBytes(32).toString("base64url");
  readonly #digest = digestOf(this.token);
  readonly #hosts: ReadonlySet<string>;

  /** @param hosts the values of the header Host that are ours, with the port */
  constructor(hosts: readonly string[]) {
    this.#hosts = new Set(hosts);
  }

  /** Undefined for a request that came by our name, from our own page or from no page. */
  place({ headers }: IncomingMessage): Refused | undefined {
    const { host = "", origin } = headers;
    if (!this.#hosts.has(host.toLowerCase())) {
      return { status: 403, error: "the header Host is not the address of this dashboard" };
    }
    const isOwn = origin === undefined || origin === `http://${host.toLowerCase()}`;
    // A browser says so where it leaves out the origin.
    const site = headers["sec-fetch-site"];
    if (isOwn && (site === undefined || site === "same-origin" || site === "none")) return undefined;
    return { status: 403, error: "this came from another page" };
  }

  /** Undefined for a request that has the token in its headers. */
  proof({ headers }: IncomingMessage): Refused | undefined {
    const [, shown] = BEARER.exec(headers.authorization ?? "") ?? [];
    if (this.isToken(shown)) return undefined;
    return { status: 401, error: "this needs the token of the address that was printed" };
  }

  isToken(shown: string | null | undefined): boolean {
    return typeof shown === "string" && isSecret(shown, this.#digest);
  }
}
