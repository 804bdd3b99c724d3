import { describe, expect, test } from "vitest";
import { Account } from "../../src/session/account.js";
import { StreamImport } from "../../src/session/stream-import.js";
import { until } from "../helpers/until.js";

const KIB = 1024;

function useStream(): { stream: StreamImport; demands: number[] } {
  const demands: number[] = [];
  const stream = new StreamImport({
    holding: new Account().openHolding(),
    demand: (items) => demands.push(items),
    close: () => {},
    hold: (wait) => wait,
  });
  return { stream, demands };
}

describe("a consumer tells its producer what it took", () => {
  test("when it is 512 KiB, however few items that is, without having to wait for more", async () => {
    const { stream, demands } = useStream();
    for (let item = 0; item < 20; item += 1) stream.push(Buffer.alloc(128 * KIB), 0);
    for (let item = 0; item < 16; item += 1) await stream.next();
    expect(demands).toEqual([4, 4, 4, 4]);
  });

  test("when it is 256 items, however small they are", async () => {
    const { stream, demands } = useStream();
    for (let item = 0; item < 600; item += 1) stream.push(item, 0);
    for (let item = 0; item < 600; item += 1) await stream.next();
    expect(demands).toEqual([256, 256]);
  });

  test("when it waits for more, with whatever it took by then", async () => {
    const { stream, demands } = useStream();
    const first = stream.next();
    expect(demands).toEqual([0]);
    stream.push("one", 0);
    await first;
    void stream.next();
    await until(() => demands.length === 2);
    expect(demands).toEqual([0, 1]);
  });
});
