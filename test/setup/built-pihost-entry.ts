import { fileURLToPath } from "node:url";

/** In tests the SDK runs from `src`; the executable it starts is the built one all the same. */
export const PIHOST_ENTRY = fileURLToPath(new URL("../../dist/pihost/boot.cjs", import.meta.url));
