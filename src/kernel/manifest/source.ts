/** From the manifest to a value in it. */
export type Path = readonly (string | number)[];

/** Both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A manifest as it was found, before any check. */
export interface ManifestSource {
  readonly value: unknown;
  /** Absolute. */
  readonly folder: string;
  /** Absolute; undefined for an object. */
  readonly file: string | undefined;
  /** Where a value, or its key, is written; of one that is not written, what would hold it. Undefined without a text. */
  locate(path: Path, part: "key" | "value"): Place | undefined;
  /** `pihost.yaml:8:5`, or the file alone; undefined for an object. */
  describe(place: Place | undefined): string | undefined;
}
