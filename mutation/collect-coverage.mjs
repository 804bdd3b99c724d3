// In the test workers, before each file: writes down which mutants it reached.
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect } from "vitest";

afterAll(() => {
  const { __stryker__: state } = /** @type {{ __stryker__?: { mutantCoverage?: { static: object } } }} */ (globalThis);
  const reached = Object.keys(state?.mutantCoverage?.static ?? {});
  const file = expect.getState().testPath;
  const folder = process.env.MUTATION_COVERAGE;
  if (folder !== undefined) writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify({ file, reached }));
});
