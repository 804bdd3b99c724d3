import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Client, credentials, loadPackageDefinition, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { describe, expect, onTestFinished, test } from "vitest";
import { useDirectory } from "../helpers/use-directory.js";
import { exitOf, FIXTURES, pihost, startPihost, textUntil } from "./use-pihost.js";

const TOKEN = "0123456789abcdef".repeat(4);

type Unary = (request: object, metadata: Metadata, done: (error: ServiceError | null, answer: unknown) => void) => void;

/** A client made from the .proto files alone, as any other language would have it. */
function useClient(socket: string): (method: string, request: object, token?: string) => Promise<unknown> {
  const proto = fileURLToPath(new URL("../../proto", import.meta.url));
  const definition = loadSync("pihost/v1/host_service.proto", { includeDirs: [proto] });
  const { pihost: root } = loadPackageDefinition(definition) as unknown as {
    pihost: {
      v1: { HostService: new (...args: ConstructorParameters<typeof Client>) => Client & Record<string, Unary> };
    };
  };
  const client = new root.v1.HostService(`unix:${socket}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  return (method, request, token) => {
    const metadata = new Metadata();
    if (token !== undefined) metadata.set("authorization", `Bearer ${token}`);
    return new Promise((resolve, reject) => {
      (client[method] as Unary).call(client, request, metadata, (error, answer) => {
        if (error === null) resolve(answer);
        else reject(error);
      });
    });
  };
}

/** A serving command that accepts connections. */
async function serving(socket: string, ...options: string[]) {
  const child = startPihost(["serve", "--socket", socket, "--from", FIXTURES, ...options]);
  const introduction = await textUntil(child.stdout, /Ctrl\+C ends it/);
  return { child, introduction };
}

const add = { module: "./library.mjs", method: "add", args: { values: [{ numberValue: 1 }, { numberValue: 2 }] } };

describe.skipIf(process.platform === "win32")("pihost serve", () => {
  test("leaves the socket of a later one that has taken its path", async () => {
    const socket = join(useDirectory(), "pihost.sock");
    const first = await serving(socket);
    unlinkSync(socket);
    const second = await serving(socket, "--token", TOKEN);
    first.child.kill("SIGTERM");
    await exitOf(first.child);
    expect(await useClient(socket)("Invoke", add, TOKEN)).toMatchObject({ result: { numberValue: 3 } });
    second.child.kill("SIGTERM");
    await exitOf(second.child);
    expect(existsSync(socket)).toBe(false);
  });

  test("serves the contract to those who have the token, and ends on Shutdown", async () => {
    const socket = join(useDirectory(), "pihost.sock");
    const { child, introduction } = await serving(socket, "--token", TOKEN);
    expect(introduction).toContain(`grpcurl -plaintext -H 'authorization: Bearer ${TOKEN}' unix://${socket} list`);
    expect(introduction).toContain(
      `buf curl --protocol grpc --http2-prior-knowledge --reflect --reflect-header '*' -H 'authorization: Bearer ${TOKEN}' ` +
        `-d '{}' --unix-socket ${socket} http://localhost/pihost.v1.HostService/Status`,
    );
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    const call = useClient(socket);
    expect(await call("invoke", add, TOKEN)).toMatchObject({ result: { numberValue: 3 } });
    expect(await call("status", {}, TOKEN)).toMatchObject({ status: { pid: child.pid, isolate: "by-hand" } });
    for (const token of [undefined, "", TOKEN.replace("0", "1")]) {
      await expect(call("invoke", add, token)).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    }
    await call("shutdown", { reason: "a test" }, TOKEN);
    expect(await exitOf(child)).toEqual([0, null]);
    expect(existsSync(socket)).toBe(false);
  });

  test("makes a token of 256 random bits", async () => {
    const directory = useDirectory();
    const tokens = await Promise.all(
      ["a", "b"].map(
        async (name) => (await serving(join(directory, name))).introduction.match(/^token +([0-9a-f]{64})$/m)?.[1],
      ),
    );
    expect(new Set(tokens).size).toBe(2);
    expect(tokens).not.toContain(undefined);
  });

  test("ends in order on Ctrl+C", async () => {
    const socket = join(useDirectory(), "pihost.sock");
    const { child } = await serving(socket);
    child.kill("SIGINT");
    expect(await exitOf(child)).toEqual([0, null]);
    expect(existsSync(socket)).toBe(false);
  });

  test("takes the place of a dead socket, not of a live one", async () => {
    const socket = join(useDirectory(), "pihost.sock");
    const first = await serving(socket);
    const refused = await pihost(["serve", "--socket", socket]);
    expect(refused.code).toBe(69);
    expect(refused.stderr).toContain(`${socket} is a socket that another process serves`);
    first.child.kill("SIGKILL");
    await exitOf(first.child);
    expect(existsSync(socket)).toBe(true);
    await serving(socket, "--token", TOKEN);
    expect(await useClient(socket)("invoke", add, TOKEN)).toMatchObject({ result: { numberValue: 3 } });
  });

  test("never deletes what is no socket", async () => {
    const directory = useDirectory();
    const file = join(directory, "file");
    writeFileSync(file, "precious");
    const { code, stderr } = await pihost(["serve", "--socket", file]);
    expect(code).toBe(69);
    expect(stderr).toContain("exists and is no socket");
    expect(readFileSync(file, "utf8")).toBe("precious");
    expect((await pihost(["serve", "--socket", directory])).code).toBe(69);
  });

  test("refuses a path that is too long, or in no directory", async () => {
    const tooLong = await pihost(["serve", "--socket", join(useDirectory(), "x".repeat(108))]);
    expect(tooLong.code).toBe(2);
    expect(tooLong.stderr).toMatch(/--socket must be at most \d+ bytes long/);
    expect((await pihost(["serve", "--socket", join(useDirectory(), "no", "x")])).code).toBe(69);
  });

  test("warns where others can reach the socket's directory", async () => {
    const directory = join(useDirectory(), "open");
    mkdirSync(directory);
    chmodSync(directory, 0o755);
    const child = startPihost(["serve", "--socket", join(directory, "x")]);
    expect(await textUntil(child.stderr, /\n/)).toContain(`pihost: warning: ${directory} is not private`);
  });
});
