export function onMessage(/** @type {string} */ text) {
  if (text === "hello") process.abort();
  return `alive again in process ${process.pid}`;
}
