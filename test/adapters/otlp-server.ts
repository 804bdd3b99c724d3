import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { until } from "../helpers/until.js";

/** A span, as OTLP in JSON has it. */
export interface OtlpSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  /** Of the resource that sent it. */
  readonly service: unknown;
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: { stringValue?: string } }[] };
    readonly scopeSpans: readonly { readonly spans: readonly Omit<OtlpSpan, "service">[] }[];
  }[];
}

/** A collector of traces by OTLP over HTTP, which goes with the test. */
export async function useOtlpServer(): Promise<{
  readonly endpoint: string;
  /** Resolves with the span of that name, and of that service, once it has come. */
  received(name: string, service?: string): Promise<OtlpSpan>;
}> {
  const spans: OtlpSpan[] = [];
  const server = createServer(async (request, response) => {
    const { resourceSpans } = (await json(request)) as OtlpRequest;
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === "service.name")?.value.stringValue;
      spans.push(...scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service }))));
    }
    response.setHeader("content-type", "application/json").end("{}");
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    received: async (name, service) => {
      const find = (): OtlpSpan | undefined =>
        spans.find((span) => span.name === name && (service === undefined || span.service === service));
      await until(() => find() !== undefined, 15_000);
      return find() as OtlpSpan;
    },
  };
}
