import { expect, test } from "vitest";
import { limitMachinery, NO_MACHINERY, planLimits, probeLimits, resolveLimits } from "../../src/limits/index.js";

const statusOf = (rows: ReturnType<typeof probeLimits>): Record<string, string> =>
  Object.fromEntries(rows.map(({ name, status }) => [name, status]));

test("where a machine offers nothing, what V8 and the host do themselves is left", () => {
  expect(statusOf(probeLimits(NO_MACHINERY))).toEqual({
    "limits.memory": "missing",
    "limits.memory.soft": "missing",
    "limits.heap": "ok",
    "limits.cpu": "missing",
    "limits.affinity": "missing",
    "limits.pids": "missing",
    "limits.openFiles": "missing",
    "limits.cpuSeconds": "missing",
    "limits.output": "ok",
  });
});

test("what can only be watched is limited, and a soft limit needs no more", () => {
  const watched = { ...NO_MACHINERY, watches: { memory: true, cpu: true, pids: true } };
  const rows = probeLimits(watched);
  expect(statusOf(rows)).toMatchObject({ "limits.memory": "limited", "limits.memory.soft": "ok" });
  expect(rows[0]?.found).toBe("only watched: noticed soon after it was passed");
});

test("what is said of this machine is what a plan does", () => {
  const { enforcement } = planLimits(resolveLimits({ memory: "64MB", openFiles: 100, heap: "32MB" }), limitMachinery());
  const rows = probeLimits();
  for (const [limit, { mechanism, strength }] of Object.entries(enforcement)) {
    const row = rows.find(({ name }) => name === `limits.${limit}`);
    if (mechanism !== "watch" && mechanism !== "none") expect(row?.found).toContain(mechanism);
    expect(row?.status).toBe(strength === "watch" ? "limited" : strength === "none" ? "missing" : "ok");
  }
});
