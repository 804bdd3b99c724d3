declare const PROCESS_ISOLATION_VERSION: string;

/** The version in package.json, put in by the build. */
export const PACKAGE_VERSION = PROCESS_ISOLATION_VERSION;
