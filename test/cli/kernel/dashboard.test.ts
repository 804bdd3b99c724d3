import { once } from "node:events";
import { expect, test } from "vitest";
import { exitOf, pihost, startPihost } from "../use-pihost.js";
import { follow } from "./follow.js";
import { useDetached, useShop } from "./use-shop.js";

test("dashboard prints an address where the page is, and ends by Ctrl+C; the kernel goes on", async () => {
  const shop = useShop("looked-at");
  await useDetached(shop);
  const child = startPihost(["dashboard", "looked-at"], { cwd: shop.folder });
  const url = (await follow(child.stdout).until(/\n/)).trim();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
  expect((await fetch(url)).status).toBe(200);
  expect((await fetch(new URL("/", url))).status).toBe(401);
  child.kill("SIGINT");
  expect(await exitOf(child)).toEqual([0, null]);
  await expect(fetch(url)).rejects.toThrow();
  expect((await pihost(["ls", "looked-at"])).code).toBe(0);
});

test("dashboard ends with the kernel, and says so", async () => {
  const shop = useShop("soon-over");
  await useDetached(shop);
  const child = startPihost(["dashboard", "--json"], { cwd: shop.folder });
  const { kernel, url } = JSON.parse(await follow(child.stdout).until(/\n/)) as { kernel: string; url: string };
  expect(kernel).toBe("soon-over");
  const stderr = follow(child.stderr);
  const { searchParams, origin } = new URL(url);
  const headers = { authorization: `Bearer ${searchParams.get("token")}` };
  const page = fetch(`${origin}/api/stream`, { method: "POST", headers }).then((response) => response.text());
  await pihost(["down", "soon-over", "--reason", "closing time"]);
  await stderr.until(/soon-over has ended/);
  expect(await page).toContain('{"kind":"ended","reason":"closing time"}');
  if (child.exitCode === null) await once(child, "exit");
  expect(child.exitCode).toBe(0);
});

test("dashboard refuses an address that others reach, and a kernel that does not run", async () => {
  const shop = useShop("not-for-all");
  await useDetached(shop);
  const refused = await pihost(["dashboard", "not-for-all", "--host", "0.0.0.0"]);
  expect(refused).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("host must be an address of the loopback interface"),
  });
  expect(await pihost(["dashboard", "nobody"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("no kernel of this user is called"),
  });
});
