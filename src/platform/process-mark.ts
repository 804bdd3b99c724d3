import { randomBytes } from "node:crypto";

/** The start of every mark of this host process: nobody else's descendants carry it. */
let ownMark: string | undefined;

let marks = 0;

/** What all marks of this host begin with. */
export function hostMark(): string {
  // Not before it is needed: `node:crypto` takes a tenth of the time that it takes to import the package.
  ownMark ??= randomBytes(12).toString("hex");
  return ownMark;
}

/** A mark for the environment of one child; its descendants inherit it, unless they clear their environment. */
export function createMark(): string {
  marks += 1;
  return `${hostMark()}.${marks}.`;
}
