import type { JSX } from "preact";
import { printable } from "../printable.js";

/** A text of somebody else's, in one line: what would not be seen is shown, and it turns nothing around. */
export function Text({ of, title = false }: { of: string; title?: boolean }): JSX.Element {
  const shown = printable(of);
  return (
    <bdi dir="ltr" title={title ? shown : undefined}>
      {shown}
    </bdi>
  );
}
