/** Starting one child and seeing how it ends. */
export { type ExitContext, type ExitOutcome, endedBetweenProcesses, toExitOutcome, toVerb } from "./exit-outcome.js";
export type { Greeting } from "./greeting.js";
export { type HandshakeOptions, shakeHands } from "./handshake.js";
export { hostInspection, type Inspection, withoutInspection } from "./host-inspection.js";
export type {
  HostProcess,
  Lifeline,
  OutputLine,
  OutputMode,
  OutputTarget,
  ProcessExit,
  ProcessSpec,
  StartProcess,
} from "./host-process.js";
export { type InProcessOptions, startInProcess } from "./in-process.js";
export { LogFile } from "./log-file.js";
export { startNodeProcess } from "./node-process.js";
export { noteLoadedFrom, PACKAGE_VERSION, pihostEntry } from "./pihost-entry.js";
export { plugAndPlayFlags } from "./plug-and-play.js";
export { stopProcess } from "./stop.js";
