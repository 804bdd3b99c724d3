/** @param {import("bullmq").SandboxedJob<{ n: number, kill?: boolean }>} job */
export default async (job) => {
  if (job.data.kill === true) process.kill(process.pid, "SIGKILL");
  return job.data.n + 1;
};
