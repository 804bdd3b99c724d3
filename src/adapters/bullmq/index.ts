/** `process-isolation/bullmq`: jobs of BullMQ in isolated processes. */
export {
  type CloseOptions,
  type IsolatedProcessor,
  isolatedProcessor,
  type ProcessorPool,
} from "./isolated-processor.js";
export type { IsolatedProcessorOptions } from "./options.js";
export type { QueueJob } from "./queue-job.js";
