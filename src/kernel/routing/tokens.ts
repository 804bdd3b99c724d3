import { randomBytes } from "node:crypto";
import { IsolationError, invalidOption } from "../../errors/index.js";
import { timerDelay } from "../../platform/index.js";
import { digestOf, isSecret } from "../secret.js";
import { TOKENS_AT_MOST } from "./bounds.js";

/** `operate`: everything, the kernel's own service included. `call:NAME`: an isolate or a service; `call:*`: all of them. */
export type TokenScope = "operate" | `call:${string}`;

export interface TokenOptions {
  readonly scopes: readonly TokenScope[];
  /** From when on it is worth nothing, in milliseconds since 1970. Default: never. */
  readonly expiresAt?: number | undefined;
  /** What it is for, as `list` shows it. */
  readonly note?: string | undefined;
}

/** A token as it is shown: without what proves it. */
export interface TokenFacts {
  readonly id: string;
  readonly scopes: readonly TokenScope[];
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly note: string | undefined;
}

interface Kept {
  readonly facts: TokenFacts;
  readonly hash: Buffer;
  readonly timer: NodeJS.Timeout | undefined;
}

const SCOPE = /^(operate|call:(\*|[A-Za-z0-9_.-]{1,255}))$/;

/** The tokens of one kernel. In memory are only their hashes. */
export class Tokens {
  readonly #tokens = new Map<string, Kept>();
  /** In the place of a token that there is not. */
  readonly #nobody = randomBytes(32);
  readonly #listeners = new Set<(id: string) => void>();

  /** The token is shown once, here. */
  create({ scopes, expiresAt, note }: TokenOptions): { readonly id: string; readonly token: string } {
    checkOptions(scopes, expiresAt);
    if (this.#tokens.size >= TOKENS_AT_MOST)
      throw new IsolationError("INVALID_OPTION", `a kernel has at most ${TOKENS_AT_MOST} tokens; revoke some first`);
    const id = randomBytes(6).toString("hex");
    const secret = randomBytes(32).toString("base64url");
    const facts = Object.freeze({ id, scopes: [...new Set(scopes)], createdAt: Date.now(), expiresAt, note });
    this.#tokens.set(id, { facts, hash: digestOf(secret), timer: this.#expiry(id, expiresAt) });
    return { id, token: `${id}.${secret}` };
  }

  /** Streams that were opened with it end at once. False where there is none of this id. */
  revoke(id: string): boolean {
    const kept = this.#tokens.get(id);
    if (kept === undefined) return false;
    clearTimeout(kept.timer);
    this.#tokens.delete(id);
    for (const listener of this.#listeners) listener(id);
    return true;
  }

  /** In the order in which they were made. */
  list(): readonly TokenFacts[] {
    return [...this.#tokens.values()].map(({ facts }) => facts);
  }

  /** The token's facts, where it is one of this kernel and has not expired. Takes the same time however wrong it is. */
  check(token: string): TokenFacts | undefined {
    const dot = token.indexOf(".");
    const kept = this.#tokens.get(token.slice(0, Math.max(0, dot)));
    const isEqual = isSecret(token.slice(dot + 1), kept?.hash ?? this.#nobody);
    return isEqual && kept !== undefined && isAlive(kept.facts) ? kept.facts : undefined;
  }

  /** Whether a token that was checked before is still worth something. */
  isValid(id: string): boolean {
    const kept = this.#tokens.get(id);
    return kept !== undefined && isAlive(kept.facts);
  }

  /** Called with the id of each token that is revoked or expires; the result takes the listener away. */
  onEnd(listener: (id: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #expiry(id: string, expiresAt: number | undefined): NodeJS.Timeout | undefined {
    if (expiresAt === undefined) return undefined;
    const left = expiresAt - Date.now();
    const delay = timerDelay(Math.max(1, left));
    const timer = setTimeout(() => {
      const kept = this.#tokens.get(id);
      if (kept === undefined) return;
      if (isAlive(kept.facts)) this.#tokens.set(id, { ...kept, timer: this.#expiry(id, expiresAt) });
      else this.revoke(id);
    }, delay);
    return timer.unref();
  }
}

/** Whether the scopes allow what any one of `wanted` would. */
export function allows(scopes: readonly TokenScope[], wanted: readonly TokenScope[]): boolean {
  for (const scope of scopes) {
    if (scope === "operate") return true;
    if (wanted.includes(scope)) return true;
    if (scope === "call:*" && wanted.some((one) => one.startsWith("call:"))) return true;
  }
  return false;
}

function isAlive({ expiresAt }: TokenFacts): boolean {
  return expiresAt === undefined || Date.now() < expiresAt;
}

function checkOptions(scopes: readonly TokenScope[], expiresAt: number | undefined): void {
  if (!Array.isArray(scopes) || scopes.length === 0 || scopes.length > 64)
    throw invalidOption("scopes", "a list of 1 to 64 scopes", scopes);
  for (const scope of scopes) {
    if (typeof scope !== "string" || !SCOPE.test(scope))
      throw invalidOption("scopes", '"operate", "call:*" or "call:" and the name of an isolate or service', scope);
  }
  if (expiresAt !== undefined && !Number.isFinite(expiresAt))
    throw invalidOption("expiresAt", "milliseconds since 1970", expiresAt);
}
