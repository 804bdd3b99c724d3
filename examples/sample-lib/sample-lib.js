// A module as anybody would write it. It neither knows nor needs to know that it will run in a process of its own.
import { setTimeout as sleep } from "node:timers/promises";

export class SampleClass {
  /**
   * Prints its arguments, obeys them from left to right, and returns what the last `return<N>` says, or 0.
   * @param {string[]} args
   */
  static async method(args) {
    console.log(`method(${args.join(", ")})`);
    let result = 0;
    for (const arg of args) {
      const { command, number, unit } = parse(arg);
      if (command === "crash") crash();
      if (command === "throw") throw new Error("Exception forced by arguments");
      if (command === "sleep") await sleep(unit === "s" ? number * 1_000 : number);
      if (command === "return") result = number;
    }
    console.log(`method = ${result}`);
    return result;
  }
}

function parse(/** @type {string} */ arg) {
  const [, command, digits, unit] = /^([a-z]+)(\d*)(s?)$/.exec(arg) ?? [];
  return { command, number: Number(digits), unit };
}

/** Dies as native code does that follows a wild pointer. Windows knows no such signal. */
function crash() {
  if (process.platform === "win32") process.abort();
  process.kill(process.pid, "SIGSEGV");
}
