/** What tests use and the npm registry has. */
export type ToolName = "bun" | "deno" | "postject";

/** Where a tool is if it was fetched before: an absolute path. */
export declare function fetchedTool(name: ToolName): string | undefined;

/**
 * A tool from the npm registry, kept in node_modules/.cache. Several processes may ask at once. Rejects when it can neither
 * be found nor fetched.
 */
export declare function fetchTool(name: ToolName): Promise<string>;
