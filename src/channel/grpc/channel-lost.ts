/**
 * The connection broke under a call. Never seen by users: the end of the process, which follows or is brought about,
 * tells the whole story.
 */
export class ChannelLost extends Error {}
