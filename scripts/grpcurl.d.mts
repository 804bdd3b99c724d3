/**
 * The path of a grpcurl, built from source through the Go module proxy at its first use (about a minute); undefined
 * where there is no Go or the build fails.
 */
export declare function ensureGrpcurl(): Promise<string | undefined>;
