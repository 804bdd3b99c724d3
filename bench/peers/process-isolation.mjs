import { ProcessIsolator } from "process-isolation";
import { childPath } from "./peer.mjs";

/** The name of our own figures. */
export const OURS = "process-isolation";

/**
 * @param {string} name
 * @param {string} title
 * @param {import("process-isolation").IsolationOptions} options
 * @returns {import("./peer.mjs").Peer}
 */
const isolationPeer = (name, title, options) => ({
  name,
  title,
  async open() {
    const isolator = await ProcessIsolator.create(options);
    const api = /** @type {any} */ (isolator.load(childPath("work.mjs")));
    return {
      add: api.add,
      echo: api.echo,
      items: async (count, take) => {
        for await (const item of api.items(count)) take(item);
      },
      chunks: async (count, size, take) => {
        for await (const chunk of api.chunks(count, size)) take(chunk);
      },
      callBack: api.callBack,
      addAfterKill: () => {
        process.kill(isolator.pid, "SIGKILL");
        return isolator.invoke(childPath("work.mjs"), "add", [1, 1], { idempotent: true });
      },
      pid: isolator.pid,
      close: () => isolator.terminate(),
    };
  },
});

export const processIsolation = isolationPeer(OURS, "process-isolation", {});

/** A spare process waits beside the one that works. */
export const withStandby = isolationPeer("process-isolation-standby", "process-isolation, standby: 1", { standby: 1 });
