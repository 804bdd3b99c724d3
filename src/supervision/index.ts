/** Keeping a process alive: its states, when to start again, when to stop. */
export { type Generation, type GenerationSpec, StartFailure, startGeneration } from "./generation.js";
export { requestData, requestStatus, sendData } from "./host-requests.js";
export { RestartBudget, type RestartDecision, type RestartPolicy } from "./restart-policy.js";
export { isLegalMove, move, type State, type StopCause } from "./state.js";
export { type CrashAction, Supervisor, type SupervisorListener } from "./supervisor.js";
