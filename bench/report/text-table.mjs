/**
 * Rows in columns as wide as their widest cell; the first column to the left, the others to the right. Columns that
 * would pass the edge go into a further block of rows.
 * @param {readonly (readonly string[])[]} rows
 * @param {number} width
 */
export function textTable(rows, width) {
  const columns = Math.max(...rows.map((row) => row.length));
  const widthOf = (/** @type {number} */ column) => Math.max(...rows.map((row) => (row[column] ?? "").length));
  const blocks = [];
  for (let next = 1; next < columns; ) {
    const block = [0];
    let used = widthOf(0);
    while (next < columns && (block.length === 1 || used + 2 + widthOf(next) <= width)) {
      used += 2 + widthOf(next);
      block.push(next++);
    }
    const line = (/** @type {readonly string[]} */ row) =>
      block
        .map((column) => aligned(row[column] ?? "", widthOf(column), column))
        .join("  ")
        .trimEnd();
    blocks.push(rows.map(line).join("\n"));
  }
  return blocks.join("\n\n");
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
