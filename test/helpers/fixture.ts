import { fileURLToPath } from "node:url";

/** The path of a module under test/fixtures/isolator. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/isolator/${name}`, import.meta.url));
}
