export const add = (left, right) => left + right;
export const describe = () => ({ pid: process.pid, node: process.versions.node });
export const crash = () => process.exit(7);
export const ask = (answer) => answer("ready");
export const echo = (value) => value;
export const wait = () => new Promise(() => {});

export function fail() {
  throw new RangeError("out of range");
}

export async function* count(to) {
  for (let number = 0; number < to; number += 1) yield number;
}
