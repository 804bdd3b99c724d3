import { describe } from "vitest";
import { useInProcess } from "../helpers/use-isolator.js";

// Everything that calls do in a process of the isolate's own, they do in the host's.
useInProcess();
const SUITES = [
  "../isolator/invoke",
  "../isolator/calls",
  "../isolator/thrown-errors",
  "../isolator/proxies",
  "../isolator/live-objects",
  "../isolator/data-from-inside",
  "../isolator/module-lifecycle",
  "../isolator/module-exports",
  "../session/mutations",
  "../session/value-matrix",
  "../session/cannot-cross",
  "../session/cancel-reasons",
];
for (const suite of SUITES) {
  await describe(`in the host's process, ${suite}`, () => import(`${suite}.test.ts`));
}
