/**
 * Rows in columns as wide as their widest cell; the first column to the left, the others to the right.
 * @param {readonly (readonly string[])[]} rows
 */
export function textTable(rows) {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows
    .map((row) =>
      widths
        .map((width, column) => aligned(row[column] ?? "", width, column))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** @param {string} cell @param {number} width @param {number} column */
function aligned(cell, width, column) {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

/** The same rows as a Markdown table; the first one is the head. @param {readonly (readonly string[])[]} rows */
export function markdownTable([head = [], ...body]) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? "---" : "---:"))), ...body.map(line)].join("\n");
}
