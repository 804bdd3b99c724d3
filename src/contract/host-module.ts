/**
 * The module name under which the process itself answers inside a Session: `status()`, `shutdown(reason, graceMs)`,
 * `setData(name, value)`, `getData(name)`. The colon keeps it apart from every path and package name.
 */
export const HOST_MODULE = "pihost:";
