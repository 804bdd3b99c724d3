import type { IncomingMessage, ServerResponse } from "node:http";
import type { Access } from "./access.js";
import { act, isAction } from "./actions.js";
import { ASSETS, Assets } from "./assets.js";
import { answer, answerJson, beginStream, readJson } from "./http-answer.js";
import type { KernelPort } from "./kernel-port.js";
import { streamToPage } from "./page-stream.js";
import type { Poller } from "./poller.js";

/** Pages that look at once. */
const STREAMS_AT_ONCE = 16;

/** A request, with what its handler needs. */
export interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** What is served under a path. */
export interface Route {
  readonly method: "GET" | "POST";
  /** The whole path. */
  readonly path: RegExp;
  /** `proof`: only for those who send the token. `page`: files that hold no secret. */
  readonly access: "proof" | "page";
  handle(asked: Asked, match: RegExpExecArray): Promise<void>;
}

export interface RouteContext {
  readonly port: KernelPort;
  readonly poller: Poller;
  readonly access: Access;
  /** Aborted when the dashboard is closed. */
  readonly over: AbortSignal;
}

/** Everything that a dashboard serves. */
export function routesOf(context: RouteContext): readonly Route[] {
  return [...pageRoutes(context), streamRoute(context), actionRoute(context), metricsRoute(context)];
}

/**
 * The page's own files. The page itself is for those alone who come with the token in the address; its other files hold
 * nothing, and a browser asks for them without. Whoever comes without gets the page with 401: in a tab that was here before,
 * its script still has the token; in any other it says what is missing.
 */
function pageRoutes({ access }: RouteContext): Route[] {
  const assets = new Assets();
  return (Object.keys(ASSETS) as (keyof typeof ASSETS)[]).map((path) => ({
    method: "GET",
    path: new RegExp(`^${path.replace(".", "\\.")}$`),
    access: "page",
    async handle({ response, url }) {
      const isRefused = path === "/" && !access.isToken(url.searchParams.get("token"));
      answer(response, isRefused ? 401 : 200, ASSETS[path][1], await assets.get(path));
    },
  }));
}

/** Asked for by POST, with which a browser always says from where. */
function streamRoute({ port, poller, over }: RouteContext): Route {
  let streams = 0;
  return {
    method: "POST",
    path: /^\/api\/stream$/,
    access: "proof",
    async handle({ request, response }) {
      request.resume();
      if (streams >= STREAMS_AT_ONCE) {
        answerJson(response, 429, { error: `${streams} pages look already, which is the most` });
        return;
      }
      streams += 1;
      try {
        beginStream(response);
        await streamToPage({ port, poller, response, signal: over });
        response.end();
      } finally {
        streams -= 1;
      }
    },
  };
}

function actionRoute({ port }: RouteContext): Route {
  return {
    method: "POST",
    path: /^\/api\/isolates\/([^/]+)\/(\w+)$/,
    access: "proof",
    async handle({ request, response }, [, name = "", action]) {
      const isolate = decoded(name);
      if (!isAction(action) || isolate === undefined) {
        request.resume();
        answerJson(response, 404, { error: "there is no such action" });
        return;
      }
      const body = await readJson(request);
      answerJson(response, 200, await act(port, action, isolate, body));
    },
  };
}

/** For Prometheus, with `authorization: Bearer TOKEN` of the page's address. */
function metricsRoute({ port: { metrics } }: RouteContext): Route {
  return {
    method: "GET",
    path: /^\/metrics$/,
    access: "proof",
    async handle({ response }) {
      if (metrics === undefined) {
        answerJson(response, 404, {
          error: "the program that runs the kernel has its metrics: pihost up --metrics PORT",
        });
        return;
      }
      const { contentType, body } = await metrics();
      answer(response, 200, contentType, body);
    },
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
