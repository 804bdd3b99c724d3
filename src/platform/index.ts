/** Questions to the operating system: one function per question, one file per system. */
export { type Capability, probeCapabilities } from "./capabilities.js";
export { longestSocketPath } from "./capabilities.socket-path.js";
export { defaultEnvironment } from "./default-environment.js";
export { hostDirectories } from "./host-directories.js";
export { hostDirectory, removeHostDirectory } from "./host-directory.js";
export { hostReaper, type Reaper } from "./host-reaper.js";
export { MARK_VARIABLE } from "./mark-variable.js";
export { groupAlive, signalGroup } from "./process-group.js";
export { isSameProcess, processStartTime } from "./process-identity.js";
export { createMark, hostMark, markedProcesses } from "./process-mark.js";
export { isAlive, type ProcessState, processState } from "./process-state.js";
export { killTree } from "./process-tree.js";
export { type ProcessUsage, processUsage } from "./process-usage.js";
export { sharedMemoryDirectory } from "./shared-memory-directory.js";
export { grpcTarget, socketAddress } from "./socket-address.js";
export { SOCKET_NAME_BYTES } from "./socket-name.js";
export { sweepOnce } from "./sweep-once.js";
export { waitForExit } from "./wait-for-exit.js";
