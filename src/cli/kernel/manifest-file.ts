import { join, resolve } from "node:path";
import { CommandFailure } from "../command-failure.js";
import { EXIT } from "../exit-codes.js";
import { statIfPresent } from "../stat-if-present.js";

/** The names under which a manifest is looked for, in this order. */
const NAMES = ["pihost.yaml", "pihost.yml", "pihost.json", "pihost.ts", "pihost.mjs"];

/** The manifest that is meant: the file itself, or the one in the folder; of the working directory by default. */
export function manifestFile(path = "."): string {
  const absolute = resolve(path);
  const stats = statIfPresent(absolute);
  if (stats === undefined) throw new CommandFailure(EXIT.usage, `there is no manifest ${path}`);
  if (!stats.isDirectory()) return absolute;
  const found = NAMES.map((name) => join(absolute, name)).find((file) => statIfPresent(file) !== undefined);
  if (found !== undefined) return found;
  throw new CommandFailure(EXIT.usage, `there is no manifest in ${absolute}: none of ${NAMES.join(", ")}`);
}
