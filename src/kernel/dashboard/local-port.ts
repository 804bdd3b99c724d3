import type { MetricsPage } from "../metrics/index.js";
import { type KernelCall, type KernelServiceMethods, SERVICE_PATH } from "../service/index.js";
import type { KernelPort, PortOptions } from "./kernel-port.js";

/** The service of a kernel in this process: its methods are called as they are, without gRPC. */
export function localPort({ methods }: KernelServiceMethods, metrics: () => Promise<MetricsPage>): KernelPort {
  const call = (name: string, request: unknown, { signal }: PortOptions, onHeaders = (): void => {}): unknown => {
    const method = methods.find(({ path }) => path === SERVICE_PATH + name);
    if (method === undefined) throw new Error(`KernelService has no ${name}`);
    const own: KernelCall = {
      signal: signal ?? new AbortController().signal,
      deadline: undefined,
      sendHeaders: onHeaders,
    };
    return method.handle(request, own);
  };
  return {
    metrics,
    unary: async <Request, Response>(name: string, _: unknown, request: Request, options: PortOptions = {}) =>
      (await call(name, request, options)) as Response,
    stream: async <Request, Response>(name: string, _: unknown, request: Request, options: PortOptions = {}) =>
      begun(call(name, request, options) as AsyncGenerator<Response, void, undefined>),
  };
}

/** The method begins to listen when its first message is asked for: it is asked for at once, so that nothing is missed. */
function begun<Message>(messages: AsyncGenerator<Message, void, undefined>): AsyncGenerator<Message, void, undefined> {
  const first = messages.next();
  first.catch(() => {});
  return (async function* () {
    try {
      for (let message = await first; message.done !== true; message = await messages.next()) yield message.value;
    } finally {
      await messages.return();
    }
  })();
}
