/**
 * Whether tests that need a tool of the machine can run. By hand they are left out where it is missing; in CI that is a
 * failure, since `.ci/run` provides it.
 *
 * @param tool what it is, and where it comes from
 */
export function isMissing(tool: string, isThere: boolean): boolean {
  if (isThere) return false;
  if (process.env.CI === "true") throw new Error(`CI has no ${tool}, which these tests need`);
  process.stderr.write(`skipped: there is no ${tool}\n`);
  return true;
}
