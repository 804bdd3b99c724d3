/** An `exports` or `imports` target of a package.json: a path, a list to try, or a map of conditions. */
export type PackageTarget = string | null | readonly PackageTarget[] | { readonly [condition: string]: PackageTarget };

/** A map of subpaths (`exports`) or of `#names` (`imports`) to targets. */
export type PackageTargets = { readonly [key: string]: PackageTarget };

/** Whether an `exports` object maps subpaths; otherwise it is itself the target of ".". */
export function isSubpathMap(exports: PackageTarget): exports is PackageTargets {
  if (typeof exports !== "object" || exports === null || Array.isArray(exports)) return false;
  return Object.keys(exports)[0]?.startsWith(".") === true;
}

/**
 * PACKAGE_IMPORTS_EXPORTS_RESOLVE of Node's ESM specification: the target string for `key`, its `*` filled in.
 * Undefined when nothing matches, or when the package forbids it with `null`.
 */
export function findPackageTarget(
  targets: PackageTargets,
  key: string,
  conditions: ReadonlySet<string>,
): string | undefined {
  const mayLeavePackage = key.startsWith("#");
  const exact = targets[key];
  if (exact !== undefined && Object.hasOwn(targets, key) && !key.includes("*") && !key.endsWith("/")) {
    return pickTarget(exact, conditions, mayLeavePackage) ?? undefined;
  }
  const pattern = bestPattern(Object.keys(targets), key);
  if (pattern === undefined) return undefined;
  const star = pattern.indexOf("*");
  const match = key.slice(star, key.length - (pattern.length - star - 1));
  const target = pickTarget(targets[pattern] ?? null, conditions, mayLeavePackage);
  return target?.replaceAll("*", () => match);
}

/** PACKAGE_TARGET_RESOLVE without the file system: null means forbidden, undefined means that no condition applies. */
function pickTarget(
  target: PackageTarget,
  conditions: ReadonlySet<string>,
  mayLeavePackage: boolean,
): string | null | undefined {
  if (target === null || typeof target === "string") return target;
  if (Array.isArray(target)) {
    for (const candidate of target) {
      const picked = pickTarget(candidate, conditions, mayLeavePackage);
      if (typeof picked === "string" && (picked.startsWith("./") || mayLeavePackage)) return picked;
    }
    return undefined;
  }
  for (const [condition, value] of Object.entries(target)) {
    if (condition !== "default" && !conditions.has(condition)) continue;
    const picked = pickTarget(value, conditions, mayLeavePackage);
    if (picked !== undefined) return picked;
  }
  return undefined;
}

/** The matching pattern key with the longest part before its `*`, then the longest as a whole. */
function bestPattern(keys: readonly string[], key: string): string | undefined {
  let best: string | undefined;
  for (const candidate of keys) {
    const star = candidate.indexOf("*");
    if (star === -1 || star !== candidate.lastIndexOf("*")) continue;
    const tail = candidate.slice(star + 1);
    if (!key.startsWith(candidate.slice(0, star)) || !key.endsWith(tail) || key.length < candidate.length) continue;
    const bestStar = best?.indexOf("*") ?? -1;
    if (star > bestStar || (star === bestStar && candidate.length > (best?.length ?? 0))) best = candidate;
  }
  return best;
}
