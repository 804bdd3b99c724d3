export { closestName, didYouMean } from "./closest-name.js";
export { ERROR_CODES, type IsolationErrorCode } from "./codes.js";
export { FROM_ADVICE } from "./from-advice.js";
export {
  type ExitReason,
  IsolationError,
  type IsolationErrorOptions,
  type IsolationFacts,
} from "./isolation-error.js";
export { jsonErrorPosition } from "./json-error-position.js";
export { aBoolean, invalidOption, ownOptions, wholeNumber } from "./option-checks.js";
