/**
 * What an implementation is known not to do, and why: scenario names and reasons.
 * @typedef {Readonly<Record<string, string>>} KnownFailures
 */

/** @param {unknown} json as it stands in the file @param {readonly string[]} names of all scenarios @returns {KnownFailures} */
export function checkKnownFailures(json, names) {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new TypeError("known failures are a JSON object: the name of a scenario, and the reason");
  }
  for (const [name, reason] of Object.entries(json)) {
    if (!names.includes(name))
      throw new TypeError(`known failures name ${JSON.stringify(name)}, and there is no such scenario`);
    if (typeof reason !== "string" || reason === "")
      throw new TypeError(`the known failure ${JSON.stringify(name)} has no reason`);
  }
  return /** @type {KnownFailures} */ (json);
}
