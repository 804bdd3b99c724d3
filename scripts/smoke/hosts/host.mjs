import * as pkg from "process-isolation";
import exercise from "./exercise.cjs";

const { NODE: execPath } = process.env;
await exercise(pkg, execPath === undefined ? {} : { execPath });
console.log("all well");
