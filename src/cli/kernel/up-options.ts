import type { MetricsOption } from "../option-values.js";

export interface UpOptions {
  readonly watch?: true;
  readonly grace?: number;
  readonly plain?: true;
  readonly json?: true;
  readonly detach?: true;
  readonly metrics?: MetricsOption;
}
