/** The contract: the only importer of the generated code. */
export type { RemoteError } from "./gen/pihost/v1/errors.js";
export { RemoteError as RemoteErrorCodec } from "./gen/pihost/v1/errors.js";
