export function onMessage(text) {
  if (text.includes("w")) throw new TypeError("no w, please");
  return text;
}
