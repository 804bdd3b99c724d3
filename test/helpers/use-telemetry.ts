import type { IsolateGauges, Telemetry } from "process-isolation";

/** Telemetry that notes what it hears, in words. */
export function useTelemetry(trace?: Record<string, string>) {
  const heard: string[] = [];
  const gauges: IsolateGauges[] = [];
  const telemetry: Telemetry = {
    call: ({ isolate, method, kind }, given) => {
      const note = (text: string): void => void heard.push(`${method} ${text}`);
      note(`by ${kind} of ${isolate}${given === undefined ? "" : ` with ${Object.keys(given)}`}`);
      return {
        trace,
        queued: () => note("queued"),
        began: ({ generation, attempt }) => note(`in ${generation}, attempt ${attempt}`),
        end: (outcome) => note(outcome.failed ? `failed: ${(outcome.error as Error).name}` : "done"),
      };
    },
    start: ({ generation, reason }) => ({
      end: ({ failed }) => heard.push(`start of ${generation}, ${reason}${failed ? ", failed" : ""}`),
    }),
    death: ({ generation, reason, willRestart }) =>
      void heard.push(`death of ${generation}: ${reason}, ${willRestart}`),
    watch: (isolate) => {
      gauges.push(isolate);
      heard.push(`watches ${isolate.isolate}`);
      return () => void heard.push("watches no more");
    },
  };
  return { telemetry, heard, gauges };
}
