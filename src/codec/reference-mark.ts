/**
 * An object that has this property, own or inherited, does not cross as a copy: `encodeValue` hands it to
 * `exportReference`, whatever else it is.
 */
export const REFERENCE_MARK: unique symbol = Symbol.for("process-isolation.reference");
