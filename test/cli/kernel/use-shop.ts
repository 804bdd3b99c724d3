import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { useDirectory } from "../../helpers/use-directory.js";
import { exitOf, pihost, startPihost } from "../use-pihost.js";
import { type Followed, follow } from "./follow.js";

const STORE = `
let items = 0;
export const add = (count) => (items += count);
export const size = () => items;
export const fail = () => { throw new RangeError("out of stock"); };
export const hang = () => new Promise(() => {});
export const die = () => process.exit(3);
export const say = (line) => console.log(line);
console.log("the store opens");
`;
const CLERK = 'import { word } from "./word.mjs";\nexport const greet = () => word;\n';

/** A folder with a manifest, its modules, and a place for logs. */
export interface Shop {
  readonly folder: string;
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  write(file: string, text: string): void;
}

/** @param name unique among kernels that run */
export function useShop(name: string): Shop {
  const folder = useDirectory();
  const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
  write("store.mjs", STORE);
  write("clerk.mjs", CLERK);
  write("word.mjs", 'export const word = "hello";\n');
  write(
    "pihost.yaml",
    `name: ${name}\nisolates:\n  store: { module: ./store.mjs }\n  clerk: { module: ./clerk.mjs, uses: { store: [add] } }\n`,
  );
  return { folder, name, env: { XDG_STATE_HOME: folder }, write };
}

/** `pihost up` in the foreground. */
export interface Up {
  readonly child: ReturnType<typeof startPihost>;
  readonly stdout: Followed;
  readonly stderr: Followed;
}

/** Starts it; it is stopped with the test. */
export function startUp(shop: Shop, ...args: string[]): Up {
  const child = startPihost(["up", ...args], { cwd: shop.folder, env: shop.env });
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await exitOf(child);
  });
  return { child, stdout: follow(child.stdout), stderr: follow(child.stderr) };
}

/** As `startUp`, once all is ready. */
export async function useUp(shop: Shop, ...args: string[]): Promise<Up> {
  const up = startUp(shop, ...args);
  await up.stderr.until(/is ready at/);
  return up;
}

/** `pihost up -d`; it is stopped with the test. */
export async function useDetached(shop: Shop, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await pihost(["up", "-d", ...args], { cwd: shop.folder, env: shop.env });
  if (code !== 0) throw new Error(stderr);
  onTestFinished(async () => {
    await pihost(["down", shop.name]);
  });
  return stdout;
}
