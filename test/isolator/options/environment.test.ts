import { ProcessIsolator } from "process-isolation";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fixture } from "../../helpers/fixture.js";
import { isolationError } from "../../helpers/rejection.js";
import { useDirectory } from "../../helpers/use-directory.js";
import { useIsolator } from "../../helpers/use-isolator.js";

const environment = fixture("environment.mjs");

const variablesOf = (isolator: ProcessIsolator): Promise<Record<string, string>> =>
  isolator.invoke(environment, "variables");

describe("the environment of an isolate", () => {
  beforeEach(() => {
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "a secret");
    vi.stubEnv("DATABASE_URL", "another secret");
    vi.stubEnv("NODE_OPTIONS", "--no-warnings");
    vi.stubEnv("LC_TEST", "a locale");
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("holds by default the short list, no secrets, and nothing that changes how Node.js runs", async () => {
    const variables = await variablesOf(await useIsolator());
    expect(variables).toMatchObject({ PATH: process.env.PATH, LC_TEST: "a locale" });
    // The last one is how what an isolate starts is known for its own.
    const allowed = /^(PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|PROCESS_ISOLATION_ID)$/;
    expect(Object.keys(variables).filter((name) => process.platform !== "win32" && !allowed.test(name))).toEqual([]);
    expect(variables).not.toHaveProperty("NODE_OPTIONS");
    expect(variables).not.toHaveProperty("AWS_SECRET_ACCESS_KEY");
    expect(variables).not.toHaveProperty("XDG_RUNTIME_DIR");
  });

  test("is extended and overridden by env, where undefined removes", async () => {
    const variables = await variablesOf(
      await useIsolator({ env: { MINE: "1", EMPTY: "", LC_TEST: undefined, HOME: "/somewhere/else" } }),
    );
    expect(variables).toMatchObject({ MINE: "1", EMPTY: "", HOME: "/somewhere/else" });
    expect(variables).not.toHaveProperty("LC_TEST");
  });

  test("takes further names of the host with an array in inheritEnv", async () => {
    const variables = await variablesOf(await useIsolator({ inheritEnv: ["DATABASE_URL", "NOT_SET"] }));
    expect(variables).toMatchObject({ DATABASE_URL: "another secret", PATH: process.env.PATH });
    expect(variables).not.toHaveProperty("AWS_SECRET_ACCESS_KEY");
    expect(variables).not.toHaveProperty("NOT_SET");
  });

  test("takes everything of the host with inheritEnv: true, and env over it", async () => {
    const variables = await variablesOf(
      await useIsolator({ inheritEnv: true, env: { DATABASE_URL: "mine", AWS_SECRET_ACCESS_KEY: undefined } }),
    );
    expect(variables).toMatchObject({ DATABASE_URL: "mine", NODE_OPTIONS: "--no-warnings" });
    expect(variables).not.toHaveProperty("AWS_SECRET_ACCESS_KEY");
  });

  test("is refused with all that inheritEnv may be", async () => {
    const refused = await isolationError(ProcessIsolator.create({ inheritEnv: "PATH" as never }));
    expect(refused.message).toBe(
      "INVALID_OPTION: inheritEnv must be true, false or an array of names; received 'PATH'",
    );
  });
});

test("the working directory is cwd, default the host's", async () => {
  const cwd = useDirectory();
  expect(await (await useIsolator({ cwd })).invoke(environment, "directory")).toBe(cwd);
  expect(await (await useIsolator()).invoke(environment, "directory")).toBe(process.cwd());
});

test("execArgv is all that Node.js is told; the host's own flags are not inherited", async () => {
  expect(await (await useIsolator()).invoke(environment, "flags")).toEqual([]);
  const flags = ["--no-warnings", "--stack-size=500"];
  expect(await (await useIsolator({ execArgv: flags })).invoke(environment, "flags")).toEqual(flags);
});
