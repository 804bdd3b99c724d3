import { MetricFamily, type MetricFamilyOptions, type Sample } from "./family.js";
import type { IsolateSeries, IsolateSum } from "./isolate-series.js";
import type { ResolvedPrometheusOptions } from "./options.js";

/** All that is told of these isolates, whenever somebody reads. */
export function familiesOf(
  { prefix, methods }: ResolvedPrometheusOptions,
  isolates: () => readonly IsolateSeries[],
): readonly MetricFamily[] {
  const family = (
    type: MetricFamilyOptions["type"],
    name: string,
    help: string,
    samples: (series: IsolateSeries, name: string) => readonly Sample[],
  ): MetricFamily => {
    const full = prefix + name;
    return new MetricFamily({ name: full, help, type }, () => isolates().flatMap((series) => samples(series, full)));
  };
  return [
    family("counter", "calls_total", "Calls that have settled, by method and outcome.", (series) =>
      callSamples(series, methods),
    ),
    family(
      "histogram",
      "call_duration_seconds",
      "How long calls took, from the moment when they were made.",
      ({ durations, labels }, name) => durations.samples(name, labels),
    ),
    family(
      "histogram",
      "queue_duration_seconds",
      "How long calls waited that had to wait.",
      ({ waits, labels }, name) => waits.samples(name, labels),
    ),
    family(
      "counter",
      "restarts_total",
      "Processes that were replaced: by why the one before had ended, or recycle.",
      ({ restarts, labels }) => byReason(restarts, labels),
    ),
    family("counter", "deaths_total", "Processes that have ended, by reason.", ({ deaths, labels }) =>
      byReason(deaths, labels),
    ),
    family("counter", "start_failures_total", "Starts of processes that have failed.", ({ startFailures, labels }) => [
      { labels, value: startFailures },
    ]),
    ...gaugesOf(family),
  ];
}

type MakeFamily = (
  type: MetricFamilyOptions["type"],
  name: string,
  help: string,
  samples: (series: IsolateSeries) => readonly Sample[],
) => MetricFamily;

function gaugesOf(family: MakeFamily): MetricFamily[] {
  const gauge = (
    type: "gauge" | "counter",
    name: string,
    help: string,
    of: (sum: IsolateSum) => number | undefined,
  ): MetricFamily =>
    family(type, name, help, (series) => {
      const value = of(series.read());
      return value === undefined ? [] : [{ labels: series.labels, value }];
    });
  return [
    gauge("gauge", "up", "Processes that take calls: 0 or 1, or more where isolators share a name.", ({ up }) => up),
    gauge("gauge", "generation", "The number of the present process, from 1.", ({ generation }) => generation),
    gauge("gauge", "queue_length", "Calls that wait.", ({ queued }) => queued),
    gauge("gauge", "calls_in_flight", "Calls that run.", ({ inFlight }) => inFlight),
    gauge("gauge", "resident_memory_bytes", "Resident memory of the process.", ({ rssBytes }) => rssBytes),
    gauge("counter", "cpu_seconds_total", "Processor time of the processes, user and system.", (sum) => sum.cpuSeconds),
  ];
}

function callSamples({ calls, labels }: IsolateSeries, methods: boolean): Sample[] {
  return [...calls.values()].map(({ method, outcome, value }) => ({
    labels: { ...labels, ...(methods ? { method } : {}), outcome },
    value,
  }));
}

function byReason(counts: ReadonlyMap<string, number>, labels: Sample["labels"]): Sample[] {
  return [...counts].map(([reason, value]) => ({ labels: { ...labels, reason }, value }));
}
