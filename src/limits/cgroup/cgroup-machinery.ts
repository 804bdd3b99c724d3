/** What the kernel can limit for a whole group of processes. */
export const CONTROLLERS = ["memory", "pids", "cpu", "cpuset"] as const;

export type Controller = (typeof CONTROLLERS)[number];

/** A folder below which we can make groups. */
export interface CgroupParent {
  /** 2, or 1 for one of the older hierarchies, which have their controllers each in a tree of its own. */
  readonly version: 1 | 2;
  readonly folder: string;
}

/** What cgroups offer on this machine. */
export interface CgroupMachinery {
  /** Where groups with each controller can be made; absent for a controller that we cannot use. */
  readonly parents: { readonly [controller in Controller]?: CgroupParent };
  /** Where groups can be made that the kernel kills in one step, forking or not. */
  readonly killable: CgroupParent | undefined;
  /**
   * How a process is started in a systemd scope, where groups are systemd's to make: the program with its first
   * arguments. All `parents` are systemd's then.
   */
  readonly systemd: readonly string[] | undefined;
}
