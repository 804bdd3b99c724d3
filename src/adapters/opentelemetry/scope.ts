/** What spans and metrics say that they are made by. */
export const SCOPE = "process-isolation";

/** The build puts the version of the package here; the sources as they are have none. */
declare const PROCESS_ISOLATION_VERSION: string | undefined;

export const VERSION = typeof PROCESS_ISOLATION_VERSION === "string" ? PROCESS_ISOLATION_VERSION : undefined;
