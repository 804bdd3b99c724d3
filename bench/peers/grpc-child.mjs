import { fork } from "node:child_process";
import { once } from "node:events";
import { childPath } from "./peer.mjs";
import { freshSocketPath } from "./socket-path.mjs";

/** Starts the bare grpc-js server of the benchmark in its own process. */
export async function startGrpcChild() {
  const socket = freshSocketPath();
  const address = `unix:${socket.path}`;
  const child = fork(childPath("grpc-child.mjs"), [address], { execArgv: [] });
  const exited = once(child, "exit");
  await Promise.race([
    once(child, "message"),
    exited.then(() => Promise.reject(new Error("the grpc-js server ended before it was ready"))),
  ]);
  return {
    address,
    pid: child.pid ?? 0,
    async stop() {
      child.kill("SIGKILL");
      await exited;
      socket.remove();
    },
  };
}
