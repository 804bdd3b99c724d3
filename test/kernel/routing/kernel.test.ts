import { fileURLToPath } from "node:url";
import { status } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { Kernel } from "process-isolation/kernel";
import { describe, expect, onTestFinished, test } from "vitest";
import { fromRemoteError } from "../../../src/codec/index.js";
import { decodeStatusDetails } from "../../../src/contract/index.js";
import { drained, EchoClient, type UnaryOutcome } from "../../fixtures/routing/echo-client.js";
import { until } from "../../helpers/until.js";
import { useDirectory } from "../../helpers/use-directory.js";
import { useKernel } from "../use-kernel.js";

const LEDGER = fileURLToPath(new URL("../../fixtures/routing/kernel/ledger.mjs", import.meta.url));
const PROTO = fileURLToPath(new URL("../../fixtures/routing/kernel/ledger.proto", import.meta.url));
const service = loadSync(PROTO)["ledger.v1.Ledger"] as unknown as Record<
  string,
  { requestSerialize(value: object): Buffer; responseDeserialize(bytes: Buffer): { text: string } }
>;
const entry = (text: string): Buffer => service.Read?.requestSerialize({ text }) ?? Buffer.alloc(0);
const textOf = ({ message }: UnaryOutcome): string | undefined =>
  message === undefined ? undefined : service.Read?.responseDeserialize(message).text;

/** A kernel with one isolate that serves `ledger.v1.Ledger`, and a client of its front door. */
async function useLedger(): Promise<{ kernel: Kernel; ledger: EchoClient }> {
  const grpc = { proto: PROTO, services: ["ledger.v1.Ledger"] };
  const isolates = { ledger: { module: LEDGER, grpc } };
  const supervision = { maxRestarts: 50 };
  const kernel = await useKernel({ name: "bookkeeping", isolates, supervision, socket: `${useDirectory()}/door.sock` });
  const ledger = new EchoClient(`unix:${kernel.socket}`, kernel.tokens.create({ scopes: ["call:ledger"] }).token);
  onTestFinished(() => ledger[Symbol.dispose]());
  return { kernel, ledger };
}

describe("the front door of a kernel", () => {
  test("serves the services of its isolates", async () => {
    const { kernel, ledger } = await useLedger();
    const pid = kernel.list()[0]?.pid;
    expect(textOf(await ledger.unary("/ledger.v1.Ledger/Read", entry("hello")))).toBe(`hello by ${pid}`);
  });

  test("answers what may be run again through the death of the isolate, and tells of it for what may not", async () => {
    const { ledger } = await useLedger();
    const [reads, writes] = await Promise.all(
      ["Read", "Write"].map((method) =>
        Promise.all(Array.from({ length: 20 }, () => ledger.unary(`/ledger.v1.Ledger/${method}`, entry("slow")))),
      ),
    );
    expect([...(reads ?? []), ...(writes ?? [])].map(({ status: end }) => end.code)).toEqual(Array(40).fill(status.OK));
    const reading = Array.from({ length: 20 }, () => ledger.unary("/ledger.v1.Ledger/Read", entry("slow")));
    const { error } = await ledger.unary("/ledger.v1.Ledger/Write", entry("die"));
    expect(error?.code).toBe(status.UNAVAILABLE);
    const details = error?.metadata.get("grpc-status-details-bin")[0] as Buffer;
    const remote = decodeStatusDetails(details);
    expect(remote === undefined ? undefined : fromRemoteError(remote)).toMatchObject({ code: "CRASHED" });
    expect((await Promise.all(reading)).map(({ status: end }) => end.code)).toEqual(Array(20).fill(status.OK));
  });

  test("loses no request while the isolate is replaced again and again", async () => {
    const { kernel, ledger } = await useLedger();
    let isOver = false;
    const codes: number[] = [];
    const callers = Array.from({ length: 16 }, async () => {
      while (!isOver) codes.push((await ledger.unary("/ledger.v1.Ledger/Write", entry("slow"))).status.code);
    });
    for (let replaced = 0; replaced < 3; replaced++) await kernel.replace("ledger", { module: LEDGER });
    isOver = true;
    await Promise.all(callers);
    expect(codes.filter((code) => code !== status.OK)).toEqual([]);
    expect(codes.length).toBeGreaterThan(16);
  });

  test("tells health as it is, and ends streams when the kernel does", async () => {
    const { kernel, ledger } = await useLedger();
    const stream = ledger.serverStream("/ledger.v1.Ledger/Follow", entry("on"));
    const end = drained(stream);
    await new Promise((resolve) => stream.once("data", resolve));
    const health = async (): Promise<number | undefined> =>
      (await ledger.unary("/grpc.health.v1.Health/Check", Buffer.from([10, 6, ...Buffer.from("ledger")]))).message?.at(
        -1,
      );
    expect(await health()).toBe(1);
    await kernel.stop("ledger");
    expect((await end).status.code).toBe(status.UNAVAILABLE);
    expect(await health()).toBe(2);
    const refused = await ledger.unary("/ledger.v1.Ledger/Read", entry("late"));
    expect(refused.error).toMatchObject({ code: status.UNAVAILABLE });
    await kernel.start("ledger");
    await until(() => kernel.list()[0]?.state === "ready");
    expect(textOf(await ledger.unary("/ledger.v1.Ledger/Read", entry("back")))).toMatch(/^back by/);
  });
});
