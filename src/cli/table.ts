import { print } from "./output.js";
import { printable, styled } from "./terminal.js";

/** Colours a cell that is already padded. */
export type CellStyle = (cell: string, column: number) => string;

/** Prints rows under a head: aligned on a terminal, else separated by tabs. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[], style?: CellStyle): void {
  const lines = rows.map((row) => row.map(printable));
  if (!process.stdout.isTTY) {
    print(...[head, ...lines].map((line) => line.join("\t")));
    return;
  }
  const widths = head.map((title, column) =>
    Math.max(...[head, ...lines].map((line) => (line[column] ?? title).length)),
  );
  const pad = (line: readonly string[]): string[] => line.map((cell, column) => cell.padEnd(widths[column] ?? 0));
  print(styled(process.stdout, "bold", pad(head).join("  ").trimEnd()));
  for (const line of lines) {
    const cells = pad(line);
    print(
      cells
        .map((cell, column) => style?.(cell, column) ?? cell)
        .join("  ")
        .trimEnd(),
    );
  }
}

/** Prints one fact a line: names in a column of their own on a terminal, else separated by a tab. */
export function printFacts(facts: readonly (readonly [name: string, value: string])[]): void {
  const width = Math.max(...facts.map(([name]) => name.length));
  for (const [name, value] of facts) {
    if (process.stdout.isTTY) print(`${styled(process.stdout, "bold", name.padEnd(width))}  ${printable(value)}`);
    else print(`${name}\t${printable(value)}`);
  }
}
