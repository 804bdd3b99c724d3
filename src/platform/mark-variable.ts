/** The variable by which descendants of an isolate are known, also those that left its process group and its parents. */
export const MARK_VARIABLE = "PROCESS_ISOLATION_ID";
