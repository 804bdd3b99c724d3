/** An export of a module, or a member of one. */
export interface ModuleExport {
  readonly name: string;
  /** Code that was compiled down for an older language may have functions in the place of classes. */
  readonly kind: "function" | "class" | "value";
  /** Set for an async function, where that can be told: not for one that merely returns a promise. */
  readonly async?: true;
  /** Set for a generator, which only crosses when it is `async`, too. */
  readonly generator?: true;
  /** What of it can be called: static methods of a class, methods of an object. Absent when there is nothing. */
  readonly members?: readonly ModuleExport[];
}
