import { execFile } from "node:child_process";
import { request } from "node:http";
import { createServer, type Socket } from "node:net";
import { promisify } from "node:util";
import { Kernel } from "process-isolation/kernel";
import { describe, expect, onTestFinished, test } from "vitest";
import { findProgram } from "../../src/platform/capabilities.files.js";
import { isolationError } from "../helpers/rejection.js";
import { isMissing } from "../helpers/tool-of-the-machine.js";
import { useKernel } from "../kernel/use-kernel.js";
import { listen, open, TALKER, useDashboard } from "./use-dashboard.js";

/** The status and the body of a request with exactly these headers. */
function ask(
  origin: string,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<{ status: number; body: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${origin}${path}`, { method, headers }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

const ACTION = "/api/isolates/talker/restart";

test("Prometheus reads /metrics with the token", async () => {
  const { origin, token } = await useDashboard();
  const metrics = await ask(origin, "/metrics", { authorization: `Bearer ${token}` });
  expect(metrics).toMatchObject({ status: 200, headers: { "content-type": expect.stringContaining("text/plain") } });
  expect(metrics.body).toMatch(/^process_isolation_\w+\{.*isolate="talker"/m);
});

describe("a request without the token", () => {
  test.each([
    ["POST", "/api/stream"],
    ["POST", ACTION],
    ["GET", "/metrics"],
    ["GET", "/nothing"],
  ])("%s %s is refused with 401", async (method, path) => {
    const { origin, token } = await useDashboard();
    expect((await ask(origin, path, {}, method)).status).toBe(401);
    const wrong = { authorization: `Bearer ${token.slice(1)}x` };
    expect((await ask(origin, path, wrong, method)).status).toBe(401);
    // An address ends up in places where a header does not.
    expect((await ask(origin, `${path}?token=${token}`, {}, method)).status).toBe(401);
    expect((await ask(origin, path, { cookie: `token=${token}` }, method)).status).toBe(401);
  });

  test("the page itself is refused with 401, and holds nothing of the kernel", async () => {
    const { origin, dashboard } = await useDashboard();
    expect(await ask(origin, new URL(dashboard.url).search.replace(/^/, "/"))).toMatchObject({ status: 200 });
    const without = await ask(origin, "/");
    expect(without).toMatchObject({ status: 401, headers: { "www-authenticate": expect.stringContaining("Bearer") } });
    expect(without.body).not.toMatch(/talker|shown/);
    expect((await ask(origin, "/?token=wrong")).status).toBe(401);
  });

  test("changes nothing", async () => {
    const { kernel, origin } = await useDashboard();
    const [before] = kernel.list();
    await ask(origin, ACTION, {}, "POST");
    expect(kernel.list()[0]?.pid).toBe(before?.pid);
  });
});

describe("a request with the token", () => {
  test.each([
    ["another name for the address, as by DNS rebinding", { host: "attacker.example:80" }],
    ["the address without its port", { host: "127.0.0.1" }],
    ["another page's origin", { origin: "http://attacker.example" }],
    ["the origin of another port", { origin: "http://127.0.0.1:1" }],
    ["no origin, as of a sandboxed frame", { origin: "null" }],
    ["the mark of another site", { "sec-fetch-site": "cross-site" }],
    ["the mark of another port", { "sec-fetch-site": "same-site" }],
  ])("is refused with 403 for %s", async (_, headers) => {
    const { kernel, origin, token } = await useDashboard();
    const pid = kernel.list()[0]?.pid;
    const authorization = `Bearer ${token}`;
    for (const path of [ACTION, "/api/stream"]) {
      expect((await ask(origin, path, { authorization, ...headers } as Record<string, string>, "POST")).status).toBe(
        403,
      );
    }
    expect((await ask(origin, `/?token=${token}`, headers as Record<string, string>)).status).toBe(403);
    expect(kernel.list()[0]?.pid).toBe(pid);
  });

  test("is taken from our own page, and from a program", async () => {
    const { kernel, origin, token } = await useDashboard();
    const authorization = `Bearer ${token}`;
    const pid = kernel.list().find(({ name }) => name === "talker")?.pid;
    const own = await ask(origin, ACTION, { authorization, origin, "sec-fetch-site": "same-origin" }, "POST");
    expect(own).toMatchObject({ status: 200 });
    const fresh = kernel.list().find(({ name }) => name === "talker")?.pid;
    expect(fresh).not.toBe(pid);
    expect(JSON.parse(own.body)).toEqual({ isolate: { name: "talker", pid: fresh, version: 1 } });
    expect((await ask(origin, ACTION, { authorization }, "POST")).status).toBe(200);
  });

  test("that asks for what is not there is told so", async () => {
    const { origin, token } = await useDashboard();
    const authorization = `Bearer ${token}`;
    const post = async (path: string): Promise<number> => (await ask(origin, path, { authorization }, "POST")).status;
    expect(await post("/api/isolates/talker/destroy")).toBe(404);
    expect(await post("/api/isolates/talker/constructor")).toBe(404);
    expect(await post("/api/isolates/%ff/restart")).toBe(404);
    expect(await post("/api/isolates/talker/replace")).toBe(400);
    const unknown = await ask(origin, "/api/isolates/talkr/restart", { authorization }, "POST");
    expect(unknown).toMatchObject({ status: 409, body: expect.stringContaining('did you mean \\"talker\\"?') });
    expect((await ask(origin, ACTION, { authorization })).status).toBe(404);
    expect((await ask(origin, "/../package.json", { authorization })).status).toBe(404);
  });

  test("has a body of a bounded length", async () => {
    const { origin, token } = await useDashboard();
    const headers = { authorization: `Bearer ${token}` };
    const post = (body: string): Promise<Response> => fetch(`${origin}${ACTION}`, { method: "POST", headers, body });
    expect((await post(`{"module":"${"x".repeat(100_000)}"}`)).status).toBe(413);
    expect((await post("not JSON")).status).toBe(400);
    expect((await post("[]")).status).toBe(400);
  });
});

test("every answer forbids what a page of ours does not need", async () => {
  const { origin, token } = await useDashboard();
  for (const path of ["/", `/?token=${token}`, "/app.js", "/app.css", "/icon.svg", "/nothing"]) {
    const { headers } = await ask(origin, path);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    });
    const policy = String(headers["content-security-policy"]);
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
    ]) {
      expect(policy).toContain(part);
    }
    expect(policy).not.toContain("unsafe");
    expect(headers).not.toHaveProperty("access-control-allow-origin");
    expect(headers).not.toHaveProperty("set-cookie");
  }
});

const isRoot = process.getuid?.() === 0;

test.runIf(isRoot && !isMissing("setpriv (util-linux)", findProgram("setpriv") !== undefined))(
  "another user of the machine gets nothing",
  async () => {
    const { origin } = await useDashboard();
    const script = `
      const status = async (path, method) => (await fetch(${JSON.stringify(origin)} + path, { method })).status;
      console.log(JSON.stringify([await status("/", "GET"), await status("/api/stream", "POST"), await status("${ACTION}", "POST")]));
    `;
    const args = [
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
      process.execPath,
      "--input-type=module",
      "-e",
      script,
    ];
    const { stdout } = await promisify(execFile)("setpriv", args, { cwd: "/" });
    expect(JSON.parse(stdout)).toEqual([401, 401, 401]);
  },
);

describe("where it listens", () => {
  test.each(["0.0.0.0", "::", "192.168.0.1", "example.org", "", "127.0.0.1.example.org", 7])(
    "cannot be reached by others: %j is refused",
    async (host) => {
      const kernel = await useKernel({ isolates: { talker: { module: TALKER } } });
      const { code, message } = await isolationError(kernel.dashboard({ host: host as string }));
      expect({ code, message }).toEqual({
        code: "INVALID_OPTION",
        message: expect.stringMatching(/host must be an address of the loopback interface.*received/),
      });
    },
  );

  test("is any address of the loopback interface", async () => {
    const kernel = await useKernel({ isolates: { talker: { module: TALKER } } });
    for (const host of ["127.0.0.1", "127.0.0.2", "localhost", "::1"]) {
      const { origin, dashboard } = open(await kernel.dashboard({ host }));
      expect((await fetch(dashboard.url)).status).toBe(200);
      expect(origin).toMatch(host === "::1" ? /^http:\/\/\[::1\]:\d+$/ : /^http:\/\/127\.0\.0\.[12]:\d+$/);
      await dashboard.close();
    }
  });

  test("a port that is taken, and an option that it does not have, are INVALID_OPTION", async () => {
    const kernel = await useKernel({ isolates: { talker: { module: TALKER } } });
    const taken = createServer();
    onTestFinished(() => void taken.close());
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as { port: number };
    expect(await isolationError(kernel.dashboard({ port }))).toMatchObject({
      code: "INVALID_OPTION",
      message: expect.stringContaining(`port ${port}`),
    });
    expect((await isolationError(kernel.dashboard({ port: 70_000 }))).code).toBe("INVALID_OPTION");
    expect((await isolationError(kernel.dashboard({ prot: 1 } as object))).message).toContain('did you mean "port"?');
  });
});

describe("the end", () => {
  test("of a kernel is told to pages, and is the dashboard's", async () => {
    const used = await useDashboard();
    const told = await listen(used);
    await told.next(({ kind }) => kind === "hello");
    await used.kernel.shutdown({ reason: "closing time" });
    expect(await told.next(({ kind }) => kind === "ended")).toEqual({ kind: "ended", reason: "closing time" });
    await expect(fetch(used.origin)).rejects.toThrow();
    expect((await isolationError(used.kernel.dashboard())).code).toBe("STOPPED");
  });

  test("of a dashboard leaves the kernel alone, and pages are disconnected", async () => {
    const used = await useDashboard();
    const told = await listen(used);
    await told.next(({ kind }) => kind === "hello");
    const ended = told.next(() => false);
    await Promise.all([used.dashboard.close(), used.dashboard.close(), expect(ended).rejects.toThrow()]);
    await expect(fetch(used.origin)).rejects.toThrow();
    expect(used.kernel.list()[0]?.state).toBe("ready");
  });

  test("of a connection to a kernel is that of its dashboard", async () => {
    const { kernel } = await useDashboard();
    const { token } = kernel.tokens.create({ scopes: ["operate"] });
    const connected = await Kernel.connect(kernel.socket as string, { token });
    const used = open(await connected.dashboard());
    const told = await listen(used);
    expect(await told.next(({ kind }) => kind === "hello")).toMatchObject({
      kernel: "shown",
      graph: [{ name: "other" }, { name: "talker" }],
    });
    await connected.close();
    await expect(told.next(() => false)).rejects.toThrow();
    expect((await isolationError(connected.dashboard())).code).toBe("STOPPED");
  });
});

test("a client that sends nothing, or no end of headers, is let go", async () => {
  const { origin } = await useDashboard();
  const { port } = new URL(origin);
  const { connect } = await import("node:net");
  const socket: Socket = connect(Number(port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n");
  await new Promise((resolve) => socket.once("close", resolve).resume());
}, 60_000);
