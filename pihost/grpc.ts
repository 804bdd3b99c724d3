/**
 * The packages that only the socket needs, and it only once somebody connects. The build makes a file of its own of this one,
 * and leads every import of them here: two thirds of the executable, which an idle process then neither reads nor holds.
 */
export const packages = {
  get "@grpc/grpc-js"() {
    return require("@grpc/grpc-js") as typeof import("@grpc/grpc-js");
  },
  get "@grpc/proto-loader"() {
    return require("@grpc/proto-loader") as typeof import("@grpc/proto-loader");
  },
  get "@grpc/reflection"() {
    return require("@grpc/reflection") as typeof import("@grpc/reflection");
  },
  get protobufjs() {
    return require("protobufjs") as typeof import("protobufjs");
  },
  get "grpc-health-check"() {
    return require("grpc-health-check") as typeof import("grpc-health-check");
  },
};
