import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { expectAnswer, judgeEpisode, type Ledger, openLedger, readLedger, recordCall } from "../../chaos/witness.mjs";
import { useDirectory } from "../helpers/use-directory.js";

/** How a host ends in order. */
const ORDERLY = { ending: "shutdown", exit: "code 0", stderr: "", goneAfterMs: 10, left: [] };

/** What is wrong with an episode whose ledger holds what `write` writes, after an isolate called "one" was made. */
async function violations(write: (ledger: Ledger) => unknown, end: object = {}): Promise<string[]> {
  const path = join(useDirectory(), "ledger.jsonl");
  const ledger = openLedger(path);
  ledger("isolate", { isolate: "one", maxInFlight: 2 });
  await write(ledger);
  return judgeEpisode(readLedger(path), { ...ORDERLY, ...end });
}

/** The records of one call up to its end. */
function makeCall(ledger: Ledger, { key = "k", kind = "plain", attempts = [1] }: CallRecords = {}): void {
  ledger("call", { key, kind, isolate: "one" });
  for (const attempt of attempts) ledger("run", { key, attempt, pid: 100 + attempt });
}

interface CallRecords {
  readonly key?: string;
  readonly kind?: string;
  readonly attempts?: readonly number[];
}

const settle = (ledger: Ledger, how = "resolved", facts = {}): void => ledger("end", { key: "k", how, ...facts });
const die = (ledger: Ledger, pid = 101): void => ledger("death", { kind: "SIGKILL", isolate: "one", pid });

/** One broken promise: what the ledger holds, and what the witness must say. */
const PLANTED: readonly (readonly [string, (ledger: Ledger) => unknown, string | RegExp])[] = [
  [
    "a call that never settles",
    (ledger) => makeCall(ledger),
    /^call k \(plain\) never settled, \d+ ms after it was made$/,
  ],
  [
    "a call that settles twice",
    (ledger) => {
      makeCall(ledger);
      settle(ledger);
      settle(ledger, "STOPPED");
    },
    "call k (plain) settled 2 times",
  ],
  [
    "a call that is not idempotent and ran twice",
    (ledger) => {
      makeCall(ledger, { attempts: [1, 2] });
      settle(ledger);
    },
    "call k (plain) ran 2 times (attempts 1,2)",
  ],
  [
    "an idempotent call of which one attempt ran twice",
    (ledger) => {
      makeCall(ledger, { kind: "idempotent", attempts: [1, 1] });
      settle(ledger);
    },
    "call k (idempotent) one attempt ran more than once: 1,1",
  ],
  [
    "an idempotent call that ran a fourth time",
    (ledger) => {
      makeCall(ledger, { kind: "idempotent", attempts: [1, 2, 3, 4] });
      settle(ledger);
    },
    "call k (idempotent) ran 4 times (attempts 1,2,3,4)",
  ],
  [
    "an idempotent call that is lost in its first crash",
    (ledger) => {
      makeCall(ledger, { kind: "idempotent" });
      die(ledger);
      settle(ledger, "CRASHED", { pid: 101, attempts: 1 });
    },
    /^call k \(idempotent\) may not end as .*"CRASHED"/,
  ],
  [
    "an answer to a call that has not run",
    (ledger) => {
      makeCall(ledger, { attempts: [] });
      settle(ledger);
    },
    "call k (plain) was answered without having run",
  ],
  [
    "an answer that is not what the callee gave",
    async (ledger) => {
      await recordCall(ledger, { key: "k", kind: "idempotent", isolate: "one" }, async () => {
        ledger("run", { key: "k", attempt: 1, pid: 101 });
        expectAnswer(3, 4);
        return {};
      });
    },
    /^call k \(idempotent\) may not end as .*"wrong answer".*expected 4, received 3/,
  ],
  [
    "data that was acknowledged and is gone",
    (ledger) =>
      recordCall(ledger, { key: "k", kind: "data", isolate: "one" }, async () => {
        expectAnswer(undefined, "what setData acknowledged");
        return {};
      }),
    /^call k \(data\) may not end as .*"wrong answer"/,
  ],
  [
    "more items of a stream than were sent",
    (ledger) => {
      makeCall(ledger, { kind: "stream" });
      ledger("yield", { key: "k", number: 0 });
      settle(ledger, "resolved", { received: 2 });
    },
    "call k (stream) received 2 items of 1 that were sent",
  ],
  [
    "a callback that ran twice",
    (ledger) => {
      makeCall(ledger, { kind: "callbacks" });
      for (let times = 0; times < 2; times++) ledger("answered", { key: "k", number: 5 });
      settle(ledger);
    },
    "call k (callbacks) callback 5 ran 2 times",
  ],
  [
    "an answer of a callback that was never given",
    (ledger) => {
      makeCall(ledger, { kind: "callbacks" });
      ledger("asked", { key: "k", number: 5 });
      settle(ledger);
    },
    "call k (callbacks) callback 5 was answered without having run",
  ],
  [
    "a crash of a process that nobody killed",
    (ledger) => {
      makeCall(ledger);
      settle(ledger, "CRASHED", { pid: 101 });
    },
    /^call k \(plain\) blames process 101, which nobody killed/,
  ],
  [
    "a stop that nobody asked for",
    (ledger) => {
      makeCall(ledger);
      settle(ledger, "STOPPED");
    },
    /^call k \(plain\) may not end as .*"STOPPED"/,
  ],
  [
    "an error that is none of the framework's",
    (ledger) =>
      recordCall(ledger, { key: "k", kind: "plain", isolate: "one" }, () => Promise.reject(new TypeError("oops"))),
    /^call k \(plain\) may not end as .*"foreign error".*oops/,
  ],
  [
    "more calls lost with a process than it could run",
    (ledger) => {
      die(ledger);
      for (const key of ["a", "b", "c"]) {
        makeCall(ledger, { key, attempts: [] });
        ledger("end", { key, how: "CRASHED", pid: 101 });
      }
    },
    "3 calls were lost with process one 101, of at most 2 that could run",
  ],
  ["what the host saw itself", (ledger) => ledger("violation", { what: "one did not notice" }), "one did not notice"],
];

describe("the witness", () => {
  test("has nothing to say of calls that fare as promised", async () => {
    const found = await violations((ledger) => {
      makeCall(ledger, { kind: "idempotent", attempts: [1, 2] });
      die(ledger);
      settle(ledger);
      makeCall(ledger, { key: "lost" });
      ledger("end", { key: "lost", how: "CRASHED", pid: 101 });
      ledger("stopping", { isolate: "one" });
      makeCall(ledger, { key: "late", attempts: [] });
      ledger("end", { key: "late", how: "STOPPED" });
    });
    expect(found).toEqual([]);
  });

  test.each(PLANTED)("reports %s, and nothing else", async (_, write, expected) => {
    expect(await violations(write)).toEqual([
      typeof expected === "string" ? expected : expect.stringMatching(expected),
    ]);
  });

  test("excuses the calls of a host that was killed, but for those that it had forgotten long before", async () => {
    const killed = { ending: "SIGKILL", exit: "SIGKILL" };
    expect(await violations(makeCall, killed)).toEqual([]);
    const forgotten = await violations((ledger) => {
      ledger("call", { key: "k", kind: "plain", isolate: "one", at: Date.now() - 30_000 });
      makeCall(ledger, { key: "later" });
    }, killed);
    expect(forgotten).toEqual([expect.stringMatching(/^call k \(plain\) never settled, 3\d{4} ms/)]);
  });

  test("reports a ledger whose last record is torn", async () => {
    const path = join(useDirectory(), "ledger.jsonl");
    writeFileSync(path, '{"about":"call","at":1,"key":"k"');
    expect(judgeEpisode(readLedger(path), { ...ORDERLY, ending: "SIGKILL", exit: "SIGKILL" })[0]).toMatch(/torn/);
  });

  test.each([
    [{ exit: "SIGSEGV" }, /^the host ended with SIGSEGV, not code 0/],
    [{ ending: "idle", exit: "SIGKILL" }, /^the host ended with SIGKILL, not code 0/],
    [{ goneAfterMs: 2_500 }, "all was gone only after 2500 ms"],
    [{ left: ["/tmp/pi-abcdef"] }, "left behind for ever: /tmp/pi-abcdef"],
  ])("reports a host that ends as %j", async (end, expected) => {
    expect(await violations(() => {}, end)).toEqual([expect.stringMatching(expected)]);
  });
});
