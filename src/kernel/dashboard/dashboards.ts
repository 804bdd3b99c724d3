import { openDashboard } from "./dashboard.js";
import type { Dashboard, DashboardOptions, OpenDashboard } from "./dashboard-options.js";
import type { KernelPort } from "./kernel-port.js";

/** The dashboards of one kernel, or of one connection to it, that are open. */
export class Dashboards {
  readonly #open = new Set<OpenDashboard>();

  /** @throws IsolationError INVALID_OPTION for an option that it cannot be opened with */
  async open(port: KernelPort, options: DashboardOptions): Promise<Dashboard> {
    const open = await openDashboard(port, options);
    this.#open.add(open);
    return {
      url: open.url,
      close: async () => {
        this.#open.delete(open);
        await open.close();
      },
    };
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Ends all of them, each in this way, unless it is ending already. */
  async end(how: "close" | "drain"): Promise<void> {
    await Promise.all([...this.#open].map((dashboard) => dashboard[how]()));
  }
}
