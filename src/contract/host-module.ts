/**
 * The module name under which the process itself answers inside a Session: `status()`, `shutdown(reason, graceMs)`,
 * `setData(name, value)`, `getData(name)`. The colon keeps it apart from every path and package name.
 */
export const HOST_MODULE = "pihost:";

/**
 * The module name under which a process runs jobs of a queue: `open(ask, module, method, isWarm, cancelled)`,
 * once, and `run(facts, key, id)`. Only this package's own executable for Node.js has it.
 */
export const JOB_MODULE = "pihost:job";
