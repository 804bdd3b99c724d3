export { createJobModule, type JobModule } from "./job-module.js";
