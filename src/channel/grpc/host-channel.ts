import { type ChannelOptions, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { toJsonValue } from "../../codec/index.js";
import {
  AUTHORIZATION_KEY,
  bearer,
  type GetDataResponse,
  type HostStatusMessage,
  type SetDataResponse,
  type ShutdownResponse,
  type StatusResponse,
  toDuration,
} from "../../contract/index.js";
import { HostServiceClient } from "../../contract/service.js";
import { grpcTarget } from "../../platform/index.js";
import { translateServiceError } from "./service-error.js";

/** A call as the channel carries it. */
export interface ChannelCall {
  readonly module: string;
  readonly method: string;
  readonly args: readonly unknown[];
  /** Where the call was made, for the second half of a remote error's stack. */
  readonly callSite: { readonly stack?: string };
}

/** A call under way. */
export interface PendingCall {
  readonly result: Promise<unknown>;
  /** Tells the process that nobody waits any more. */
  cancel(): void;
}

/** Bytes of an answer, once it is unpacked: the process is not trusted, and a few bytes of gzip make gigabytes. */
const MOST_BYTES = 64 * 1024 * 1024;

const CHANNEL_OPTIONS: ChannelOptions = {
  "grpc.max_send_message_length": -1,
  // Each generation has its own channel: a shared subchannel's reconnect back-off would make the next one look dead.
  "grpc.use_local_subchannel_pool": 1,
  "grpc.enable_channelz": 0,
  "grpc.enable_retries": 0,
  "grpc.service_config_disable_resolution": 1,
};

/** A gRPC client of one process, for operators: what `grpcurl` can do, and nothing else. */
export class HostChannel {
  readonly #client: HostServiceClient;
  readonly #metadata = new Metadata();

  private constructor(client: HostServiceClient, token: string) {
    this.#client = client;
    this.#metadata.set(AUTHORIZATION_KEY, bearer(token));
  }

  /**
   * Connects; rejects with PROTOCOL when the socket does not answer within `timeoutMs`.
   *
   * @param mostBytes of one answer; default 64 MiB
   */
  static connect(address: string, token: string, timeoutMs: number, mostBytes = MOST_BYTES): Promise<HostChannel> {
    const client = new HostServiceClient(grpcTarget(address), credentials.createInsecure(), {
      ...CHANNEL_OPTIONS,
      "grpc.max_receive_message_length": mostBytes,
    });
    return new Promise((resolve, reject) => {
      client.waitForReady(Date.now() + timeoutMs, (error) => {
        if (error === undefined || error === null) {
          resolve(new HostChannel(client, token));
          return;
        }
        client.close();
        reject(error);
      });
    });
  }

  /** Throws NOT_SERIALIZABLE at once; everything else comes through the result. */
  invoke({ module, method, args, callSite }: ChannelCall): PendingCall {
    const request = { module, method, args: args.map((arg, index) => toJsonValue(arg, `args[${index}]`)) };
    let cancel = (): void => {};
    const result = new Promise<unknown>((resolve, reject) => {
      const call = this.#client.invoke(request, this.#metadata, (error, response) => {
        if (error === null) resolve(response.result);
        else reject(translateServiceError(error, callSite));
      });
      cancel = () => call.cancel();
    });
    return { result, cancel };
  }

  status(): Promise<HostStatusMessage> {
    return this.#unary<StatusResponse>((done) => this.#client.status({}, this.#metadata, done)).then(({ status }) => {
      if (status === undefined) throw new TypeError("the process answered Status without a status");
      return status;
    });
  }

  /** Resolves with the number of calls that are running as soon as the process is draining. */
  shutdown(reason: string, graceMs: number): Promise<number> {
    const request = { reason, grace: toDuration(graceMs) };
    return this.#unary<ShutdownResponse>((done) => this.#client.shutdown(request, this.#metadata, done)).then(
      ({ inFlight }) => inFlight,
    );
  }

  async setData(name: string, value: unknown): Promise<void> {
    await this.#unary<SetDataResponse>((done) => this.#client.setData({ name, value }, this.#metadata, done));
  }

  /** `undefined` when nothing is stored under the name. */
  getData(name: string): Promise<unknown> {
    return this.#unary<GetDataResponse>((done) => this.#client.getData({ name }, this.#metadata, done)).then(
      ({ value }) => value,
    );
  }

  /** Closes the connection; calls under way fail as lost. */
  close(): void {
    this.#client.close();
  }

  #unary<Response>(
    send: (done: (error: ServiceError | null, response: Response) => void) => unknown,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      send((error, response) => {
        if (error === null) resolve(response);
        else reject(translateServiceError(error));
      });
    });
  }
}
