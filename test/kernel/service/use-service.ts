import { type CallOptions, type ClientUnaryCall, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import type { Kernel } from "process-isolation/kernel";
import { onTestFinished } from "vitest";
import type { RemoteError } from "../../../src/contract/gen/pihost/v1/errors.js";
import { KernelServiceClient } from "../../../src/contract/gen/pihost/v1/kernel_service.js";
import { decodeStatusDetails } from "../../../src/contract/index.js";
import { kernelFixture, useKernel } from "../use-kernel.js";

/** A kernel, and a client of another make. */
export interface Service {
  readonly kernel: Kernel;
  readonly client: KernelServiceClient;
  readonly metadata: Metadata;
}

export const STORE = kernelFixture("store.mjs");

export async function useService(): Promise<Service> {
  const kernel = await useKernel(
    {
      name: "served",
      isolates: {
        store: { module: STORE },
        caller: { module: kernelFixture("caller.mjs"), uses: { store: ["add"] } },
        writer: { module: kernelFixture("writer.mjs"), essential: false },
      },
    },
    { frontDoor: true },
  );
  return { kernel, ...connectAs(kernel, kernel.tokens.create({ scopes: ["operate"] }).token) };
}

/** A client with this token. */
export function connectAs(kernel: Kernel, token: string): Omit<Service, "kernel"> {
  const client = new KernelServiceClient(`unix:${kernel.socket}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  return { client, metadata };
}

type UnaryMethod = {
  [Name in keyof KernelServiceClient]: KernelServiceClient[Name] extends UnaryOf<infer _, infer __> ? Name : never;
}[keyof KernelServiceClient];
type UnaryOf<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;
type RequestOf<Name extends UnaryMethod> =
  KernelServiceClient[Name] extends UnaryOf<infer Request, infer _> ? Request : never;
type ResponseOf<Name extends UnaryMethod> =
  KernelServiceClient[Name] extends UnaryOf<infer _, infer Response> ? Response : never;

/** What a unary call comes to. */
export function ask<Name extends UnaryMethod>(
  { client, metadata }: Omit<Service, "kernel">,
  name: Name,
  request: RequestOf<Name>,
  options: Partial<CallOptions> = {},
): Promise<ResponseOf<Name>> {
  const method = client[name] as UnaryOf<RequestOf<Name>, ResponseOf<Name>>;
  return new Promise((resolve, reject) => {
    method.call(client, request, metadata, options, (error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}

/** What a failed call's details hold. */
export function detailsOf(error: unknown): RemoteError | undefined {
  const [details] = (error as ServiceError).metadata.get("grpc-status-details-bin");
  return Buffer.isBuffer(details) ? decodeStatusDetails(details) : undefined;
}
