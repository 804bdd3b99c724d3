export interface UpOptions {
  readonly watch?: true;
  readonly grace?: number;
  readonly plain?: true;
  readonly json?: true;
  readonly detach?: true;
}
