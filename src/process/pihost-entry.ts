import { fileURLToPath } from "node:url";

/** The script that a pihost starts from, inside the built package. */
export const PIHOST_ENTRY = fileURLToPath(new URL("../../pihost/boot.cjs", import.meta.url));
