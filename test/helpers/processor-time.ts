/** The processor's time that synchronous work takes in this process, in milliseconds, however busy the machine is. */
export function processorTimeOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
