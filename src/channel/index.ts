/** gRPC over the socket. */
export { ChannelLost } from "./channel-lost.js";
export { type ChannelCall, HostChannel, type PendingCall } from "./host-channel.js";
