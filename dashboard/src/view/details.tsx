import type { JSX } from "preact";
import type { Action, Point, Reading } from "../../../src/kernel/dashboard/messages.js";
import { edgesOf, exportsOf } from "../edges.js";
import { formatBytes, formatCount, formatDuration, formatMs, formatPercent, formatRate, NONE } from "../format.js";
import type { Model } from "../model.js";
import { useTopic } from "../use-topic.js";
import { DeathList } from "./death-list.js";
import { EventList, Figure } from "./overview.js";
import { Sparkline } from "./sparkline.js";
import { StateBadge } from "./state-mark.js";
import { Text } from "./text.js";

const SHOWN_EVENTS = 12;

interface DetailsProps {
  readonly model: Model;
  readonly name: string;
  onSelect(name: string | undefined): void;
  onAction(action: Action): void;
}

/** All about one isolate. */
export function Details({ model, name, onSelect, onAction }: DetailsProps): JSX.Element {
  useTopic(model, "readings", "events");
  const reading = model.reading(name);
  if (reading === undefined) return <p class="empty">This kernel has no such isolate.</p>;
  const points = model.history.get(name) ?? [];
  const events = model.events.filter(({ isolate }) => isolate === name).slice(-SHOWN_EVENTS);
  return (
    <>
      <div class="heading">
        <h2>
          <Text of={name} title />
        </h2>
        <StateBadge state={reading.state} />
        <button type="button" class="close" aria-label="Close details" onClick={() => onSelect(undefined)}>
          <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
            <path d="M2 2 10 10M10 2 2 10" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" />
          </svg>
        </button>
      </div>
      <Actions reading={reading} onAction={onAction} />
      <div class="charts">
        <Chart title="Memory" value={formatBytes(reading.rssBytes)} points={points} of="rssBytes" least={1} />
        <Chart title="Processor" value={formatPercent(reading.cpuPercent)} points={points} of="cpuPercent" least={10} />
        <Chart
          title="Calls/s"
          value={formatRate(reading.callsPerSecond)}
          points={points}
          of="callsPerSecond"
          least={1}
        />
      </div>
      <Calls reading={reading} />
      <h3>Deaths</h3>
      <DeathList deaths={model.deaths.get(name) ?? []} now={model.now} />
      <Grants model={model} name={name} onSelect={onSelect} />
      <Facts reading={reading} />
      <h3>Events</h3>
      <EventList events={[...events].reverse()} isOfOne />
    </>
  );
}

function Actions({ reading, onAction }: { reading: Reading; onAction: (action: Action) => void }): JSX.Element {
  const isDown = ["stopped", "failed"].includes(reading.state);
  return (
    <div class="actions" role="group" aria-label="Actions">
      <button type="button" onClick={() => onAction("restart")}>
        Restart
      </button>
      <button type="button" onClick={() => onAction("replace")}>
        Replace
      </button>
      {/* One button, so that the focus stays where it is when it changes. */}
      <button type="button" class={isDown ? "" : "danger"} onClick={() => onAction(isDown ? "start" : "stop")}>
        {isDown ? "Start" : "Stop"}
      </button>
    </div>
  );
}

interface ChartProps {
  readonly title: string;
  readonly value: string;
  readonly points: readonly Point[];
  readonly of: keyof Point;
  readonly least: number;
}

function Chart({ title, value, points, of, least }: ChartProps): JSX.Element {
  return (
    <div class="chart">
      <span class="title">{title}</span>
      <span class="value">{value}</span>
      <Sparkline points={points} of={of} width={320} height={36} seconds={120} least={least} />
    </div>
  );
}

function Calls({ reading }: { reading: Reading }): JSX.Element {
  return (
    <dl class="figures">
      <Figure title="p50" value={formatMs(reading.p50Ms)} />
      <Figure title="p99" value={formatMs(reading.p99Ms)} />
      <Figure title="Running" value={formatCount(reading.callsInFlight)} />
      <Figure title="Queue" value={formatCount(reading.waiting)} />
      <Figure title="Done" value={formatCount(reading.callsDone)} />
      <Figure title="Failed" value={formatCount(reading.callsFailed)} />
      <Figure title="Timers late" value={formatMs(reading.eventLoopLagMs)} />
      <Figure title="Heap" value={formatBytes(reading.heapUsedBytes)} />
    </dl>
  );
}

function Grants(props: { model: Model; name: string; onSelect: (name: string) => void }): JSX.Element {
  const { model, name, onSelect } = props;
  const edges = edgesOf(model.graph, model.readings);
  const own = model.graph.find((node) => node.name === name)?.uses ?? [];
  const users = [...new Set(edges.filter(({ to }) => to === name).map(({ from }) => from))];
  const names = new Set(model.graph.map((node) => node.name));
  return (
    <>
      <h3>May call</h3>
      {own.length === 0 ? (
        <p class="empty">Nothing.</p>
      ) : (
        <ul class="grants">
          {own.map((grant) => (
            <li key={grant.target}>
              <Target name={grant.target} isIsolate={names.has(grant.target)} onSelect={onSelect} />
              <span class="dim">
                {" "}
                <Text of={exportsOf(grant)} />
                {grant.lazy ? ", lazy" : ""}
                {grant.handOn ? ", may hand it on" : ""}
              </span>
            </li>
          ))}
        </ul>
      )}
      <h3>Called by</h3>
      {users.length === 0 ? (
        <p class="empty">The host alone.</p>
      ) : (
        <ul class="grants inline">
          {users.map((user) => (
            <li key={user}>
              <Target name={user} isIsolate onSelect={onSelect} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Target(props: { name: string; isIsolate: boolean; onSelect: (name: string) => void }): JSX.Element {
  const { name, isIsolate, onSelect } = props;
  if (!isIsolate) return <Text of={name} />;
  return (
    <button type="button" class="link" onClick={() => onSelect(name)}>
      <Text of={name} />
    </button>
  );
}

function Facts({ reading }: { reading: Reading }): JSX.Element {
  const { module, version, generation, pid, uptimeMs, runtimeVersion, essential, services } = reading;
  const facts: readonly (readonly [string, string])[] = [
    ["Module", module],
    ["Version", String(version)],
    ["Generation", String(generation)],
    ["Process", pid === 0 ? NONE : String(pid)],
    ["Uptime", formatDuration(uptimeMs)],
    ["Runtime", runtimeVersion || NONE],
    ["Essential", essential ? "yes" : "no"],
    ...(services.length === 0 ? [] : [["Serves", services.join(", ")] as const]),
  ];
  return (
    <>
      <h3>Process</h3>
      <dl class="list">
        {facts.map(([title, value]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>
              <Text of={value} />
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
