/** `option idempotency_level` of a method, as descriptors number it: unknown, NO_SIDE_EFFECTS, IDEMPOTENT. */
export type Idempotency = 0 | 1 | 2;

/** A method of a service that a module is to implement. */
export interface ServiceMethod {
  /** `shop.v1.Store` */
  readonly service: string;
  /** `Get`, as the service has it. */
  readonly name: string;
  /** `/shop.v1.Store/Get` */
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly idempotency: Idempotency;
  decode(bytes: Buffer): unknown;
  encode(message: unknown): Uint8Array;
}

/** The methods of every service, and the files that describe them. */
export interface ServiceSet {
  readonly methods: readonly ServiceMethod[];
  /** Serialized `FileDescriptorProto`s, dependencies first. */
  readonly files: readonly Uint8Array[];
}
