const pkg = require("process-isolation");
const exercise = require("../exercise.cjs");

test("a test in CommonJS isolates a module", () => exercise(pkg));

test("a second one too, in the same process", () => exercise(pkg));
