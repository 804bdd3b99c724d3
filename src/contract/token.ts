/** The metadata key that every request carries. */
export const AUTHORIZATION_KEY = "authorization";

/** The value of the `authorization` metadata for a token. */
export function bearer(token: string): string {
  return `Bearer ${token}`;
}
