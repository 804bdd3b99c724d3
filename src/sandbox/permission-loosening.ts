/** Flags that decide about permissions, and flags that bring in further flags from a file. */
const LOOSENING = /--(?:no-)?(?:experimental-)?(?:permission|allow-|default-config-file|config-file|env-file)[a-z-]*/;

/**
 * The first flag in `text` that would change the permissions: in one argument, or in the text of `NODE_OPTIONS`.
 *
 * Node takes "_" for "-" in flags, and in NODE_OPTIONS quotes and backslashes inside of words: so `--al"low_fs"-read` is
 * one of them. Rather too much is found than too little.
 */
export function loosening(text: string | undefined): string | undefined {
  return LOOSENING.exec((text ?? "").replace(/["'\\]/g, "").replaceAll("_", "-"))?.[0];
}
