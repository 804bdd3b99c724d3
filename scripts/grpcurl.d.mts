/** The path of a grpcurl, built where there is none; undefined where that cannot be. */
export declare function ensureGrpcurl(): Promise<string | undefined>;
