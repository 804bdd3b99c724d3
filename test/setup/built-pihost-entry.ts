import { fileURLToPath } from "node:url";

/** In tests the SDK runs from `src`; the executable it starts is the built one all the same. */
export function pihostEntry(): string {
  return fileURLToPath(new URL("../../dist/pihost/boot.cjs", import.meta.url));
}

export function noteLoadedFrom(): void {}
