/** What Node says on stderr, which belongs to the user, because of flags that the host's author has chosen. */
const OURS = /^(?:Permission is an experimental feature|The flag --allow-[a-z-]+ )/;

/**
 * Drops the warnings that Node queued, before our first line ran, about its permission flags. To be called in the first
 * tick of the process; any other warning, and any later one, is printed as ever.
 *
 * `--disable-warning` would also silence the user's own.
 */
export function quietPermissionWarnings(): void {
  const printers = process.listeners("warning");
  const pass = (warning: Error): void => {
    if (OURS.test(warning.message)) return;
    for (const print of printers) print.call(process, warning);
  };
  process.removeAllListeners("warning");
  process.on("warning", pass);
  // Behind those that are queued already.
  process.nextTick(() => {
    process.off("warning", pass);
    for (const print of printers) process.on("warning", print);
  });
}
