import { createHash, timingSafeEqual } from "node:crypto";

/** What is kept of a secret in its place. */
export function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/** Whether this is the secret of that digest. Takes the same time however wrong it is, and however long. */
export function isSecret(shown: string, digest: Buffer): boolean {
  return timingSafeEqual(digestOf(shown), digest);
}
