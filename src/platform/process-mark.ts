import { randomBytes } from "node:crypto";

/** The start of every mark of this host process: nobody else's descendants carry it. */
const HOST_MARK = randomBytes(12).toString("hex");

let marks = 0;

/** What all marks of this host begin with. */
export function hostMark(): string {
  return HOST_MARK;
}

/** A mark for the environment of one child; its descendants inherit it, unless they clear their environment. */
export function createMark(): string {
  marks += 1;
  return `${HOST_MARK}.${marks}.`;
}
