import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Reading } from "../../../src/kernel/dashboard/messages.js";
import { edgesOf, HOST } from "../edges.js";
import { formatBytes, formatPercent } from "../format.js";
import { layersOf } from "../layers.js";
import { type Box, type Layout, layOut, neighbour, type Size } from "../layout.js";
import type { Model } from "../model.js";
import { useRoving } from "../roving.js";
import { useTopic } from "../use-topic.js";
import { StateMark } from "./state-mark.js";
import { Text } from "./text.js";

/** A node, and one of many. */
const NODE = { width: 158, height: 46 } as const;
const SMALL = { width: 120, height: 22 } as const;
const MANY = 20;

interface GraphProps {
  readonly model: Model;
  readonly selected: string | undefined;
  onSelect(name: string): void;
}

/** The isolates as boxes, those that may be called below those that call. */
export function Graph({ model, selected, onSelect }: GraphProps): JSX.Element {
  useTopic(model, "kernel", "readings");
  const [frame, room] = useRoom();
  const { graph, readings } = model;
  const services = readings.map((one) => one.services.join()).join(";");
  const layers = useMemo(() => layersOf(graph, edgesOf(graph, readings)), [graph, services]);
  const node = graph.length > MANY ? SMALL : NODE;
  const layout = useMemo(() => layOut(layers, node, room), [layers, node, room]);
  const names = graph.map(({ name }) => name);
  const roving = useRoving(names, selected);
  const onKeyDown = (event: KeyboardEvent, box: Box): void => {
    const isolates = layout.boxes.filter(({ name }) => name !== HOST);
    const edge = { Home: isolates[0], End: isolates.at(-1) }[event.key];
    const next = edge ?? neighbour(isolates, box, event.key);
    if (next === undefined) return;
    event.preventDefault();
    roving.focus(next.name);
  };
  return (
    <div class="graph" ref={frame}>
      <p id="graph-keys" class="hidden">
        Arrow keys move between isolates; Enter shows the details of one.
      </p>
      <div
        class="canvas"
        role="group"
        aria-label="Graph of isolates"
        style={{ width: `${layout.width}px`, height: `${layout.height}px` }}
      >
        <Edges layout={layout} selected={selected} />
        {layout.boxes.map((box) =>
          box.name === HOST && !names.includes(HOST) ? (
            <div key={HOST} class="node host" style={placeOf(box)}>
              host
            </div>
          ) : (
            <button
              key={box.name}
              ref={roving.ref(box.name)}
              type="button"
              class={`node ${node === SMALL ? "slim" : ""} state-${model.reading(box.name)?.state}`}
              style={placeOf(box)}
              tabIndex={roving.tabIndex(box.name)}
              aria-pressed={selected === box.name}
              aria-describedby="graph-keys"
              onFocus={() => roving.focused(box.name)}
              onKeyDown={(event) => onKeyDown(event, box)}
              onClick={() => onSelect(box.name)}
            >
              <NodeText name={box.name} reading={model.reading(box.name)} isSmall={node === SMALL} />
            </button>
          ),
        )}
      </div>
    </div>
  );
}

function NodeText(props: { name: string; reading: Reading | undefined; isSmall: boolean }): JSX.Element {
  const { name, reading, isSmall } = props;
  const state = reading?.state ?? "waiting";
  const figures = `${formatPercent(reading?.cpuPercent ?? null)}  ${formatBytes(reading?.rssBytes ?? null)}`;
  return (
    <>
      <span class="name">
        <StateMark state={state} />
        <Text of={name} />
      </span>
      {isSmall ? (
        <span class="hidden">{state}</span>
      ) : (
        <span class="sub">
          <span>{state}</span>
          <span>{state === "ready" ? figures : ""}</span>
        </span>
      )}
    </>
  );
}

function Edges({ layout, selected }: { layout: Layout; selected: string | undefined }): JSX.Element {
  return useMemo(() => {
    const lines = layout.lines.map(({ edge: { from, to, grant }, path }) => {
      const isOwn = from === selected || to === selected;
      const kind = `${grant.lazy ? "lazy " : ""}${isOwn ? "own" : selected === undefined ? "" : "other"}`;
      return { key: `${from} ${to} ${grant.target}`, d: path, kind, isOwn };
    });
    lines.sort((a, b) => Number(a.isOwn) - Number(b.isOwn));
    return (
      <svg width={layout.width} height={layout.height} aria-hidden="true">
        <defs>
          {["tip", "tip-own"].map((id) => (
            <marker
              key={id}
              id={id}
              viewBox="0 0 8 8"
              refX="7.5"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0 .8 7.5 4 0 7.2z" />
            </marker>
          ))}
        </defs>
        {lines.map(({ key, d, kind, isOwn }) => (
          <path key={key} class={`edge ${kind}`} d={d} marker-end={isOwn ? "url(#tip-own)" : "url(#tip)"} />
        ))}
      </svg>
    );
  }, [layout, selected]);
}

function placeOf({ x, y, width, height }: Box): Readonly<Record<string, string>> {
  return { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` };
}

/** The inner size of an element, as it is now. */
function useRoom(): [{ current: HTMLDivElement | null }, Size] {
  const element = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState<Size>({ width: 800, height: 240 });
  useLayoutEffect(() => {
    const frame = element.current;
    if (frame === null) return;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = frame;
      setRoom((last) => (last.width === width && last.height === height ? last : { width, height }));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(frame);
    measure();
    return () => observer.disconnect();
  }, []);
  return [element, room];
}
