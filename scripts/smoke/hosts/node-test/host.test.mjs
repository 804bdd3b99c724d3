import { test } from "node:test";
import * as pkg from "process-isolation";
import exercise from "../exercise.cjs";

test("a test isolates a module", () => exercise(pkg));
