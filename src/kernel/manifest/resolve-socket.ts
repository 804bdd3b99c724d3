import { socketPathBytes } from "../../platform/index.js";
import type { KernelManifest } from "./manifest.js";
import type { Problems } from "./problems.js";

/** The path of the front door's socket, absolute already. Of one that is too long, Node.js listens on its beginning. */
export function resolveSocket(socket: KernelManifest["socket"], problems: Problems): string | undefined {
  if (socket !== undefined && Buffer.byteLength(socket) > socketPathBytes) {
    problems.mustBe(["socket"], `a path of at most ${socketPathBytes} bytes, which is what this system takes`, socket);
  }
  return socket;
}
