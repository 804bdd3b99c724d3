/** Why this process may not start another one under a different user; undefined when it may. */
export function posixIdentityProblem(uid = process.geteuid?.()): string | undefined {
  return uid === 0 ? undefined : `only root may, and this host runs as user ${uid}`;
}
