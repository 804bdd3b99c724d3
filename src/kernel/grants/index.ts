/** What isolates may call of each other and of the host: decided here, in the kernel's process, for every call. */
export { type HostTargets, isHostTarget, missingHostTarget } from "./host-targets.js";
export { refusalOf } from "./refusal.js";
export { type Callable, type FrontDoorAccess, servedTo } from "./served-to.js";
