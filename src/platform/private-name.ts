import { randomBytes } from "node:crypto";

const NAME = /^pi-host-[0-9a-f]{12}$/;

/** How long every name is, in bytes. */
export const PRIVATE_NAME_BYTES = 20;

/** A name that no other directory has: of a host's private directory, wherever that lies. The reaper knows its form too. */
export function newPrivateName(): string {
  return `pi-host-${randomBytes(6).toString("hex")}`;
}

/** Whether a host's directory may bear the name. That it is one, only its marker tells. */
export function isPrivateName(name: string): boolean {
  return NAME.test(name);
}
