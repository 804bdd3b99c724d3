export function onMessage(text) {
  if (text === "hello") process.abort();
  return `alive again in process ${process.pid}`;
}
