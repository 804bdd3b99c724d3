import * as pkg from "process-isolation";
import { test } from "vitest";
import exercise from "../exercise.cjs";

test("a test isolates a module", () => exercise(pkg), 20_000);
