/** The lines of Node that the package is tested on. */
export declare const NODE_MAJORS: readonly number[];

/**
 * The executable of the newest Node of a line: this one if it is of that line, else one from the npm registry, kept
 * in node_modules/.cache. Several processes may ask at once. Rejects when it can neither be found nor fetched.
 */
export declare function nodeOfLine(major: number): Promise<string>;
