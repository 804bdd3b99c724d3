import { invalidOption, ownOptions, wholeNumber } from "../../errors/index.js";
import { isLoopbackAddress } from "../loopback.js";

/** Options of `dashboard()` of a kernel. */
export interface DashboardOptions {
  /** Where it listens. Default 0: any port that is free. */
  port?: number;
  /** An address of this machine that no other machine reaches: `127.0.0.1`, another of 127.0.0.0/8, or `::1`. Default `127.0.0.1`. */
  host?: string;
}

/** A dashboard that is open. */
export interface Dashboard {
  /** To be opened in a browser. It holds the token: who has it can operate the kernel. */
  readonly url: string;
  /** Ends it, and the connections of all pages. Idempotent; resolves when its port is free. */
  close(): Promise<void>;
}

/** A dashboard, for whoever ends it. */
export interface OpenDashboard extends Dashboard {
  /** The kernel has ended: as `close()`, once the pages have been told. */
  drain(): Promise<void>;
}

/** @throws IsolationError INVALID_OPTION naming the option */
export function resolveDashboardOptions(options: unknown): Required<DashboardOptions> {
  const { port = 0, host = "127.0.0.1" } = ownOptions("dashboard options", options, ["port", "host"]);
  const address = host === "localhost" ? "127.0.0.1" : host;
  if (typeof address !== "string" || !isLoopbackAddress(address)) {
    const bound =
      "an address of the loopback interface, such as 127.0.0.1 or ::1, because a dashboard is for this machine alone";
    throw invalidOption("host", bound, host);
  }
  return { port: wholeNumber("port", port, 0, 65_535), host: address };
}
