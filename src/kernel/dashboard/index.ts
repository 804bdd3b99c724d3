/** A page in the browser where a kernel is looked at and operated, and the server of it. */
export { openDashboard } from "./dashboard.js";
export type { Dashboard, DashboardOptions } from "./dashboard-options.js";
export { Dashboards } from "./dashboards.js";
export type { KernelPort } from "./kernel-port.js";
export { localPort } from "./local-port.js";
