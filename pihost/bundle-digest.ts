declare const PROCESS_ISOLATION_BUNDLE: string;

/** Of the bytes of main.cjs, put in by the build. */
export const BUNDLE_DIGEST = PROCESS_ISOLATION_BUNDLE;
