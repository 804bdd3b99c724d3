import { format } from "node:util";

/** What isolates get that are granted `host.log`. */
export function hostLog(write: (line: string) => void): Readonly<Record<string, (...parts: unknown[]) => void>> {
  const at =
    (level: string) =>
    (...parts: unknown[]): void =>
      write(`${level}: ${format(...parts)}`);
  return { debug: at("debug"), log: at("info"), info: at("info"), warn: at("warn"), error: at("error") };
}
