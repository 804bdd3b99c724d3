export interface Mutant {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly kind: string;
  readonly before: string;
  readonly after: string;
}

export declare const ACTIVE_VARIABLE: string;
export declare function instrument(root: string, files: readonly string[]): Promise<Mutant[]>;
