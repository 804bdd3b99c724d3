import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { fixture } from "../helpers/fixture.js";

test("a listener that throws is an uncaught error of the host, and does not stop a restart", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [fixture("throwing-listener.mjs")]);
  expect(JSON.parse(stdout)).toEqual({
    lost: "CRASHED",
    answer: "b",
    generation: 2,
    uncaught: ["exited", "restarting", "restarted", "exited"],
  });
});
