/** How long children get after the death of their host: what is left of the second in which nothing may remain. */
export const REAPER_GRACE_SECONDS = 0.4;

/** How often a control group is killed and removed until it is gone, with `CGROUP_PAUSE_SECONDS` in between. */
export const CGROUP_PASSES = 100;
export const CGROUP_PAUSE_SECONDS = 0.02;
