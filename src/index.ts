export { ERROR_CODES, IsolationError, type IsolationErrorCode, type IsolationFacts } from "./errors/index.js";
