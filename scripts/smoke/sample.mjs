// A user's module: it knows nothing of process-isolation.
export const add = (left, right) => left + right;

export function describe() {
  return { pid: process.pid, node: process.versions.node };
}

export function fail() {
  throw new RangeError("out of range");
}

export function crash() {
  process.kill(process.pid, "SIGKILL");
}

export class SampleClass {
  static method(args) {
    console.log(`args: ${args.join(" ")}`);
    return Number(args[0]?.replace("return", "") ?? 0);
  }
}
