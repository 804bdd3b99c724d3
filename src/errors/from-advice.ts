/**
 * How a message ends that says that a module was not found by a relative path, where no `from` was given. The command line
 * has words of its own for it.
 */
export const FROM_ADVICE =
  "; relative paths are resolved in the option from, by default the host's working directory: to have them beside your own module give from: import.meta.url";
