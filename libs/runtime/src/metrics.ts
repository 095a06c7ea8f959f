import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/**
 * One service's metrics, each named order_events_… and labelled with the service. Asking for a name again gives the
 * metric that is there. Labels hold names of things in the code, never ids or anything personal.
 */
export interface Metrics {
  readonly registry: Registry;
  counter<L extends string>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  /** `collect` runs at each scrape, to set what is read rather than counted. */
  gauge<L extends string>(name: string, help: string, labels?: readonly L[], collect?: Collect<L>): Gauge<L>;
  /** Buckets in base units (seconds, bytes); without them those of a request, 5 ms to 10 s. */
  histogram<L extends string>(name: string, help: string, labels?: readonly L[], buckets?: number[]): Histogram<L>;
  /** What Prometheus scrapes: this service's metrics and, counted once however many services it runs, the process's. */
  text(): Promise<string>;
}

export type Collect<L extends string> = (gauge: Gauge<L>) => void | Promise<void>;

export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });

  function once<M>(name: string, create: (spec: { name: string; registers: Registry[] }) => M): M {
    const full = `order_events_${name}`;
    return (registry.getSingleMetric(full) as M | undefined) ?? create({ name: full, registers: [registry] });
  }

  return {
    registry,
    counter: <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
      once(name, (spec) => new Counter<L>({ ...spec, help, labelNames })),
    gauge: <L extends string>(name: string, help: string, labelNames: readonly L[] = [], collect?: Collect<L>) =>
      once(name, (spec) => {
        const read = collect && {
          collect: function (this: Gauge<L>) {
            return collect(this);
          },
        };
        return new Gauge<L>({ ...spec, help, labelNames, ...read });
      }),
    histogram: <L extends string>(
      name: string,
      help: string,
      labelNames: readonly L[] = [],
      buckets = requestBuckets,
    ) => once(name, (spec) => new Histogram<L>({ ...spec, help, labelNames, buckets })),
    text: async () => `${await registry.metrics()}\n${await processRegistry().metrics()}`,
  };
}

const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

let ofProcess: Registry | undefined;

function processRegistry(): Registry {
  if (ofProcess) return ofProcess;
  ofProcess = new Registry();
  // The monitor samples with a timer: rarely, or it would be what keeps an idle process busy.
  collectDefaultMetrics({ register: ofProcess, eventLoopMonitoringPrecision: 100 });
  return ofProcess;
}
