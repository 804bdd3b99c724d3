export function onMessage(/** @type {string} */ text) {
  if (text.includes("w")) throw new TypeError("no w, please");
  return text;
}
