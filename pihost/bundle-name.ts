/**
 * What stacks name main.cjs, wherever it lies: V8's cached data keeps the name that its script had when they were written,
 * and one set of them serves all places where the same bundle is installed.
 */
export const BUNDLE_NAME = "process-isolation/dist/pihost/main.cjs";
