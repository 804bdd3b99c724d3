import { readFileSync } from "node:fs";

/** What `clients/README.md` says about errors. */
export interface ExpectedError {
  framework?: string;
  exitCode?: number;
  signal?: string;
  name?: string;
  message?: unknown;
  code?: string;
  stack?: string;
  fields?: Record<string, unknown>;
  cause?: ExpectedError;
  members?: ExpectedError[];
  thrown?: unknown;
}

/** One step of a scenario: one of `call`, `stream`, `together`, `setData`, `getData`, `status`, `generation`, `shutdown`. */
export interface Step {
  call?: string;
  stream?: string;
  module?: string;
  args?: unknown[];
  timeoutMs?: number;
  cancel?: boolean;
  returns?: unknown;
  throws?: ExpectedError;
  called?: unknown[];
  take?: number;
  items?: unknown[];
  count?: number;
  last?: unknown;

  meanwhile?: Step;
  together?: Step[];
  setData?: string;
  value?: unknown;
  getData?: string;
  status?: Record<string, unknown>;
  generation?: number;
  shutdown?: { graceMs: number };
}

export interface ScenarioFile {
  format: number;
  module: string;
  scenarios: { name: string; steps: Step[] }[];
}

export const scenariosUrl = new URL("../../clients/scenarios.json", import.meta.url);

export function readScenarios(): ScenarioFile {
  return JSON.parse(readFileSync(scenariosUrl, "utf8")) as ScenarioFile;
}
