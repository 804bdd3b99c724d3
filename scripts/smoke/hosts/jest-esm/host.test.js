import * as pkg from "process-isolation";
import exercise from "../exercise.cjs";

test("a test in an ES module isolates a module", () => exercise(pkg));
