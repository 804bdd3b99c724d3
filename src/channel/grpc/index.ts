/** The contract as any gRPC client sees it. Apart from `channel`, because loading grpc-js takes long. */
export { ChannelLost } from "./channel-lost.js";
export { type ChannelCall, HostChannel, type PendingCall } from "./host-channel.js";
