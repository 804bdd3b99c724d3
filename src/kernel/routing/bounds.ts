/** Tokens of one kernel at most: one for each program that may call, and a list of them is still read by people. */
export const TOKENS_AT_MOST = 10_000;
