/** `process-isolation/bullmq`: jobs of BullMQ in isolated processes. */
export { type IsolatedProcessor, isolatedProcessor, type ProcessorStatus } from "./isolated-processor.js";
export type { IsolatedProcessorOptions } from "./options.js";
export type { QueueJob } from "./queue-job.js";
