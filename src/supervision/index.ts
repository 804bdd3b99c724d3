/** Keeping a process alive: its states, when to start again, when to replace it, when to stop. */
export { type AfterCrash, type Death, type Judge, type Judgement, judgeByBudget } from "./after-crash.js";
export { isWanted } from "./end-record.js";
export type { FeatureNeed, Generation, GenerationSpec } from "./generation.js";
export { type Serve, type ServedCallee, toServed } from "./host-functions.js";
export {
  activateModules,
  preload,
  RequestLost,
  requestData,
  requestExports,
  requestServe,
  requestStatus,
  sendData,
  tellHandedOn,
} from "./host-requests.js";
export { Milestone } from "./milestone.js";
export { type RecyclePolicy, Recycling } from "./recycling.js";
export { RestartBudget, type RestartDecision, type RestartPolicy } from "./restart-policy.js";
export { StartFailure } from "./start-failure.js";
export { startGeneration } from "./start-generation.js";
export { isLegalMove, move, type State, type StopCause } from "./state.js";
export { type RecycleSteps, Superseded, Supervisor, type SupervisorOptions } from "./supervisor.js";
export type { SupervisorListener } from "./supervisor-listener.js";
export { type Diagnosis, describeUnresponsive, type Unresponsive, Watchdog } from "./watchdog.js";
