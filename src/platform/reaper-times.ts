/** How long children get after the death of their host: what is left of the second in which nothing may remain. */
export const REAPER_GRACE_SECONDS = 0.4;

/** How often a control group is killed and removed until it is gone, with `PASS_PAUSE_SECONDS` in between. */
export const CGROUP_PASSES = 100;

/**
 * How often what carries the mark is looked for, with `PASS_PAUSE_SECONDS` in between: until so many looks in a row have found
 * none. A process that is just becoming another program has no environment for that moment, and one look can miss it.
 */
export const MARK_PASSES = 20;
export const MARK_CLEAN_PASSES = 2;
export const PASS_PAUSE_SECONDS = 0.02;
