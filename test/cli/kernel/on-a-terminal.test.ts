import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { type Followed, follow } from "./follow.js";
import { type Shop, useDetached, useShop } from "./use-shop.js";

const COMMAND = fileURLToPath(new URL("../../../dist/cli/main.mjs", import.meta.url));
const ESCAPE = String.fromCharCode(27);
const COLOUR = new RegExp(`${ESCAPE}\\[[1-9][0-9;]*m`);
const CTRL_C = "\x03";

interface Terminal {
  readonly screen: Followed;
  type(keys: string): void;
  /** The command's exit code. */
  readonly exit: Promise<number | null>;
}

/** Runs `pihost` on a terminal of its own, by script(1). */
function useTerminal(shop: Shop, args: readonly string[], env: NodeJS.ProcessEnv = {}): Terminal {
  const { NO_COLOR: _, ...inherited } = process.env;
  const line = `stty cols 60 rows 20; exec ${process.execPath} ${COMMAND} ${args.join(" ")}`;
  const child = spawn("script", ["-qec", line, "/dev/null"], {
    cwd: shop.folder,
    env: { ...inherited, ...shop.env, TERM: "xterm-256color", SHELL: "/bin/sh", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exit = once(child, "exit").then(([code]) => code as number | null);
  return { screen: follow(child.stdout), type: (keys) => void child.stdin.write(keys), exit };
}

test("up keeps a table below what isolates write, and Ctrl+C stops the kernel", async () => {
  const shop = useShop("on-screen");
  const { screen, type, exit } = useTerminal(shop, ["up"]);
  const drawn = await screen.until(/on-screen ready/);
  expect(drawn).toContain("the store opens");
  expect(drawn).toMatch(COLOUR);
  expect(drawn).toContain(`${ESCAPE}[?25l`);
  expect(drawn).toMatch(/NAME +STATE/);
  for (const row of drawn.split("\n")) {
    if (/NAME +STATE/.test(row))
      expect(row.replace(new RegExp(`${ESCAPE}\\[[?0-9;]*[A-Za-z]`, "g"), "").length).toBeLessThan(61);
  }
  type(CTRL_C);
  const end = await screen.until(/on-screen stopped/);
  expect(end).toMatch(/clerk[^\n]*exited[\s\S]*store[^\n]*exited/);
  expect(await exit).toBe(0);
});

test("with NO_COLOR there are no colours", async () => {
  const shop = useShop("colourless");
  const { screen, type, exit } = useTerminal(shop, ["up"], { NO_COLOR: "1" });
  expect(await screen.until(/colourless ready/)).not.toMatch(COLOUR);
  type(CTRL_C);
  expect(await screen.until(/colourless stopped/)).not.toMatch(COLOUR);
  expect(await exit).toBe(0);
});

test("top fills the screen until q, and leaves it as it was", async () => {
  const shop = useShop("top-on-screen");
  await useDetached(shop);
  const { screen, type, exit } = useTerminal(shop, ["top", "--interval", "100"]);
  const drawn = await screen.until(/clerk/);
  expect(drawn).toContain(`${ESCAPE}[?1049h`);
  expect(drawn).toContain("2 of 2 ready");
  type("q");
  await screen.until(new RegExp(`${ESCAPE}\\[\\?1049l`));
  expect(await exit).toBe(0);
});
