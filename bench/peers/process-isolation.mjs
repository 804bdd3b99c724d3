import { ProcessIsolator } from "process-isolation";
import { childPath } from "./peer.mjs";

/** The name of our own figures. */
export const OURS = "process-isolation";

/** Restarts are what one case measures; the default budget would end it. */
const OPTIONS = { restart: { maxRestarts: 1_000_000 }, graceMs: 100 };

/** @type {import("./peer.mjs").Peer} */
export const processIsolation = {
  name: OURS,
  title: "process-isolation",
  async open() {
    const isolator = await ProcessIsolator.create(OPTIONS);
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
};
