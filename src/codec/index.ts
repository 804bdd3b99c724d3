/** Values to bytes and back, on both sides of the process boundary. */
export { type ErrorClass, type ErrorClassOptions, type ErrorFields, registerErrorClass } from "./error-classes.js";
export { fromJsonValue, toJsonValue } from "./json-value.js";
export { fromRemoteError, type RemoteErrorOptions, toRemoteError } from "./remote-error.js";
