export const add = (a, b) => a + b;
export const echo = (value) => value;
class ValueError extends Error {}
export const fail = (message) => {
  throw new ValueError(message);
};
export async function* count(n) {
  for (let index = 0; index < n; index += 1) yield index;
}
export const call_back = (fn, value) => fn(value);
export const total = async (items) => {
  let sum = 0;
  for await (const item of items) sum += item;
  return sum;
};
export const never = () => new Promise(() => {});
export const crash = () => process.kill(process.pid, "SIGKILL");
