import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { credentials, status } from "@grpc/grpc-js";
import { describe, expect, onTestFinished, test } from "vitest";
import { openFrontDoor, Tokens } from "../../../src/kernel/routing/index.js";
import { removeHostDirectory } from "../../../src/platform/index.js";
import { drained, EchoClient } from "../../fixtures/routing/echo-client.js";
import { TestIsolates } from "../../fixtures/routing/test-isolates.js";
import { useDoor } from "../../fixtures/routing/use-door.js";
import { rejection } from "../../helpers/rejection.js";
import { useCertificate } from "../../helpers/use-certificate.js";
import { useDirectory } from "../../helpers/use-directory.js";

const NOTHING = Buffer.alloc(0);

describe("routing", () => {
  test("refuses a service that nobody has, and names the closest", async () => {
    const { client } = await useDoor();
    const { error } = await client().unary("/test.v1.Ecko/Echo", NOTHING);
    expect(error?.code).toBe(status.UNIMPLEMENTED);
    expect(error?.details).toMatch(
      /^kernel shop has no service "test.v1.Ecko"; did you mean "test.v1.Echo"\?; it has /,
    );
  });

  test("refuses a service of two isolates, unless the request picks one", async () => {
    const { isolates, client } = await useDoor();
    isolates.add("other", ["test.v1.Echo"]);
    await isolates.start("store");
    await isolates.start("other");
    const echo = client();
    const { error } = await echo.unary("Echo", NOTHING);
    expect(error).toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: "test.v1.Echo is a service of store, other: pick one by the metadata x-pihost-isolate: store or other",
    });
    for (const [isolate, generation] of [
      ["store", "1"],
      ["other", "2"],
    ] as const) {
      const { headers } = await echo.unary("Echo", NOTHING, {
        metadata: echo.metadata({ "x-pihost-isolate": isolate }),
      });
      expect(headers?.get("x-generation")).toEqual([generation]);
    }
  });

  test("reaches an isolate's own services by its name, and needs it for the service that all have", async () => {
    const { isolates, tokens, client } = await useDoor();
    await isolates.start("store");
    const echo = client();
    const { error } = await echo.unary("/pihost.v1.HostService/Status", NOTHING);
    expect(error).toMatchObject({ code: status.FAILED_PRECONDITION });
    expect(error?.details).toMatch(/x-pihost-isolate: store$/);
    const metadata = echo.metadata({ "x-pihost-isolate": "store" });
    const reached = await echo.unary("/pihost.v1.HostService/Status", NOTHING, { metadata });
    // The answer of the test's process, which has no such service.
    expect(reached.error?.details).toMatch(/server does not implement/);
    const refused = await echo.unary("/pihost.v1.HostService/Shutdown", NOTHING, { metadata });
    expect(refused.error).toMatchObject({ code: status.PERMISSION_DENIED });
    expect(refused.error?.details).toMatch(/it lacks the scope operate$/);
    const operator = client(tokens.create({ scopes: ["operate"] }).token);
    const allowed = await operator.unary("/pihost.v1.HostService/Shutdown", NOTHING, {
      metadata: operator.metadata({ "x-pihost-isolate": "store" }),
    });
    expect(allowed.error?.details).toMatch(/server does not implement/);
  });

  test("refuses an isolate that there is not", async () => {
    const { client } = await useDoor();
    const echo = client();
    const { error } = await echo.unary("Echo", NOTHING, { metadata: echo.metadata({ "x-pihost-isolate": "stor" }) });
    expect(error?.code).toBe(status.NOT_FOUND);
    expect(error?.details).toMatch(/has no isolate "stor"; did you mean "store"\?/);
  });
});

describe("a token", () => {
  test("is wanted, and has to be one of the kernel's", async () => {
    const { isolates, tokens, client } = await useDoor();
    await isolates.start("store");
    const { id, token } = tokens.create({ scopes: ["call:*"] });
    tokens.revoke(id);
    const expired = tokens.create({ scopes: ["call:*"], expiresAt: Date.now() - 1 });
    for (const shown of ["", "nonsense", `${id}.`, token, expired.token]) {
      const { error } = await client(shown).unary("Echo", NOTHING);
      expect([shown, error?.code]).toEqual([shown, status.UNAUTHENTICATED]);
    }
    expect(isolates.told).not.toContain("echo");
  });

  test("opens what its scopes name, and the refusal names the one that is missing", async () => {
    const { isolates, tokens, client } = await useDoor();
    await isolates.start("store");
    for (const scope of ["call:store", "call:test.v1.Echo", "call:*", "operate"] as const) {
      const { error } = await client(tokens.create({ scopes: [scope] }).token).unary("Echo", NOTHING);
      expect([scope, error]).toEqual([scope, undefined]);
    }
    const { error } = await client(tokens.create({ scopes: ["call:other"] }).token).unary("Echo", NOTHING);
    expect(error).toMatchObject({
      code: status.PERMISSION_DENIED,
      details: "the token may not call /test.v1.Echo/Echo: it lacks the scope call:store or call:test.v1.Echo",
    });
  });

  test("that is revoked ends the streams that it opened, and no others", async () => {
    const { isolates, tokens, client } = await useDoor();
    await isolates.start("store");
    const { id, token } = tokens.create({ scopes: ["call:store"] });
    const end = drained(client(token).serverStream("HeadersThenHang", NOTHING));
    const other = client().bidi("Chat");
    await isolates.heard("headers");
    tokens.revoke(id);
    expect((await end).status.code).toBe(status.UNAUTHENTICATED);
    other.write(Buffer.from("on"));
    other.end();
    expect((await drained(other)).status.code).toBe(status.OK);
  });

  test("that expires ends the streams that it opened", async () => {
    const { isolates, tokens, client } = await useDoor();
    await isolates.start("store");
    const { token } = tokens.create({ scopes: ["call:store"], expiresAt: Date.now() + 1_500 });
    const { status: end } = await drained(client(token).serverStream("Hang", NOTHING));
    expect(end.code).toBe(status.UNAUTHENTICATED);
    expect(tokens.list().map(({ scopes }) => scopes)).toEqual([["call:*"]]);
  });

  test("is checked as it is made", () => {
    const tokens = new Tokens();
    expect(() => tokens.create({ scopes: [] })).toThrow(/scopes must be a list of 1 to 64 scopes/);
    expect(() => tokens.create({ scopes: ["call:a b"] })).toThrow(/INVALID_OPTION/);
    const { id, token } = tokens.create({ scopes: ["call:a"], note: "of the test" });
    expect(tokens.list()).toMatchObject([{ id, scopes: ["call:a"], note: "of the test" }]);
    expect(JSON.stringify(tokens.list())).not.toContain(token.split(".")[1]);
    expect(tokens.check(token)?.id).toBe(id);
    expect(tokens.check(`${token}x`)).toBeUndefined();
    expect([tokens.revoke(id), tokens.revoke(id), tokens.check(token)]).toEqual([true, false, undefined]);
  });
});

describe("the socket", () => {
  test("is its user's alone, and needs no token with auth: user, where one that is shown still counts", async () => {
    onTestFinished(removeHostDirectory);
    const { door, isolates, tokens } = await useDoor({ auth: "user", socket: undefined });
    await isolates.start("store");
    expect(statSync(door.socket).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(door.socket)).mode & 0o777).toBe(0o700);
    for (const [token, code] of [
      [undefined, undefined],
      ["wrong", status.UNAUTHENTICATED],
      [tokens.create({ scopes: ["call:other"] }).token, status.PERMISSION_DENIED],
    ] as const) {
      using echo = new EchoClient(`unix:${door.socket}`, token);
      expect((await echo.unary("Echo", NOTHING)).error?.code).toBe(code);
    }
  });

  test("takes the place of one that a dead kernel left, and of nobody else's", async () => {
    const path = useDeadSocket();
    const { door, client, isolates } = await useDoor({ socket: path });
    await isolates.start("store");
    expect((await client().unary("Echo", NOTHING)).error).toBeUndefined();
    expect(String(await rejection(useDoor({ socket: path })))).toMatch(/somebody listens on .* already/);
    await door.close(0);
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  test("of several kernels that find a dead one at once, one has its path, and the others are refused", async () => {
    const socket = useDeadSocket();
    const opened = await Promise.allSettled([1, 2, 3].map(() => useDoor({ socket })));
    const refused = opened.filter((one) => one.status === "rejected");
    expect(refused.map(({ reason }) => (reason as { code?: unknown }).code)).toEqual(Array(2).fill("INVALID_OPTION"));
    const [winner] = opened.filter((one) => one.status === "fulfilled");
    await winner?.value.isolates.start("store");
    expect((await winner?.value.client().unary("Echo", NOTHING))?.error).toBeUndefined();
    expect(readdirSync(dirname(socket))).toEqual(["door.sock"]);
  });

  test("stays where it was put in the place of one that was removed, when the kernel of that one ends", async () => {
    const socket = `${useDirectory()}/door.sock`;
    const first = await useDoor({ socket });
    unlinkSync(socket);
    const second = await useDoor({ socket });
    await second.isolates.start("store");
    await first.door.close(0);
    expect((await second.client().unary("Echo", NOTHING)).error).toBeUndefined();
    expect(readdirSync(dirname(socket))).toEqual(["door.sock"]);
    await second.door.close(0);
    expect(readdirSync(dirname(socket))).toEqual([]);
  });
});

/** What a kernel that is killed leaves. */
function useDeadSocket(): string {
  const path = `${useDirectory()}/door.sock`;
  const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", script]);
  expect(statSync(path).isSocket()).toBe(true);
  return path;
}

describe("on TCP", () => {
  test("a token is wanted, also with auth: user", async () => {
    const { door, isolates, token } = await useDoor({
      auth: "user",
      listen: { host: "127.0.0.1", port: 0, tls: undefined },
    });
    await isolates.start("store");
    for (const [shown, code] of [
      [undefined, status.UNAUTHENTICATED],
      [token, undefined],
    ] as const) {
      using echo = new EchoClient(`127.0.0.1:${door.address?.port}`, shown);
      expect((await echo.unary("Echo", NOTHING)).error?.code).toBe(code);
    }
  });

  test("TLS is spoken where a certificate is given, with one of the client's where an authority is", async () => {
    const { cert, key: keyFile } = useCertificate();
    const key = readFileSync(keyFile, "utf8");
    const listen = { host: "127.0.0.1", port: 0, tls: { cert, key, ca: cert } };
    const { door, isolates, token } = await useDoor({ listen });
    await isolates.start("store");
    const authority = readFileSync(cert);
    const target = `localhost:${door.address?.port}`;
    using known = new EchoClient(target, token, credentials.createSsl(authority, Buffer.from(key), authority));
    expect((await known.unary("Echo", NOTHING)).error).toBeUndefined();
    using stranger = new EchoClient(target, token, credentials.createSsl(authority));
    const { error } = await stranger.unary("Echo", NOTHING, { deadline: Date.now() + 2_000 });
    expect([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]).toContain(error?.code);
  });
});

describe("what cannot be listened on", () => {
  const open = (options: object): Promise<unknown> =>
    openFrontDoor({
      kernel: "shop",
      socket: `${useDirectory()}/door.sock`,
      auth: "token",
      tokens: new Tokens(),
      routes: new TestIsolates(useDirectory()),
      local: [],
      ...options,
    });

  test("is refused, and nothing is left behind", async () => {
    const folder = useDirectory();
    writeFileSync(`${folder}/file`, "");
    const busy = createServer().listen(`${folder}/busy.sock`);
    onTestFinished(() => void busy.close());
    expect(await rejection(open({ socket: `${folder}/file` }))).toMatchObject({ code: "INVALID_OPTION" });
    expect(await rejection(open({ socket: `${folder}/file/door.sock` }))).toMatchObject({ code: "INVALID_OPTION" });
    expect(String(await rejection(open({ socket: `${folder}/busy.sock` })))).toMatch(/somebody listens on .* already/);
    const wrong = { host: "127.0.0.1", port: 0, tls: { cert: `${folder}/none`, key: "" } };
    const socket = `${folder}/door.sock`;
    expect(String(await rejection(open({ socket, listen: wrong })))).toMatch(
      /listen.tls.cert must be PEM, or the path/,
    );
    expect(statSync(socket, { throwIfNoEntry: false })).toBeUndefined();
  });
});
