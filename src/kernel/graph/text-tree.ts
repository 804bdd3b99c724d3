/** One line, and the lines that hang below it. */
export interface Branch {
  readonly text: string;
  readonly children: readonly Branch[];
}

/** As `tree` prints folders. */
export function textTree({ text, children }: Branch): string {
  return [text, ...linesBelow(children, "")].join("\n");
}

function linesBelow(children: readonly Branch[], indent: string): string[] {
  return children.flatMap((child, index) => {
    const isLast = index === children.length - 1;
    return [
      `${indent}${isLast ? "└─ " : "├─ "}${child.text}`,
      ...linesBelow(child.children, `${indent}${isLast ? "   " : "│  "}`),
    ];
  });
}
