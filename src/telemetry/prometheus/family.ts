/** One series of a family, with its value now. */
export interface Sample {
  /** Where it is not the family's name: the parts of a histogram. */
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export interface MetricFamilyOptions {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
}

/** A metric as a registry of prom-client asks for it, which it does when somebody reads. */
export class MetricFamily {
  /** Registries of OpenMetrics cut the end of it off. */
  name: string;
  readonly help: string;
  readonly type: MetricFamilyOptions["type"];
  readonly aggregator = "sum";
  readonly #collect: () => readonly Sample[];

  constructor({ name, help, type }: MetricFamilyOptions, collect: () => readonly Sample[]) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.#collect = collect;
  }

  async get(): Promise<MetricFamilyOptions & { readonly values: readonly Sample[]; readonly aggregator: string }> {
    const { name, help, type, aggregator } = this;
    return { name, help, type, values: this.#collect(), aggregator };
  }

  /** `Registry.resetMetrics` asks for it. What is counted here goes on. */
  reset(): void {}
}
