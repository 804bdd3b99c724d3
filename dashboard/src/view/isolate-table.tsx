import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Reading } from "../../../src/kernel/dashboard/messages.js";
import { formatAgo, NONE } from "../format.js";
import type { Model } from "../model.js";
import { type Roving, useRoving } from "../roving.js";
import { useTopic } from "../use-topic.js";
import { COLUMNS } from "./isolate-columns.js";
import { Text } from "./text.js";

interface TableProps {
  readonly model: Model;
  readonly selected: string | undefined;
  onSelect(name: string): void;
}

interface Order {
  readonly column: string;
  readonly isRising: boolean;
}

/** All isolates, a row each. */
export function IsolateTable({ model, selected, onSelect }: TableProps): JSX.Element {
  useTopic(model, "readings", "events");
  const [order, setOrder] = useState<Order>();
  const rows = sorted(model.readings, order);
  const names = rows.map(({ name }) => name);
  const roving = useRoving(names, selected);
  if (rows.length === 0) return <p class="empty">This kernel has no isolates.</p>;
  return (
    <div class="scroll">
      <p id="table-keys" class="hidden">
        Up and down move between isolates; Enter shows the details of one.
      </p>
      <table class="isolates">
        <caption class="hidden">Isolates</caption>
        <thead>
          <tr>
            <Head id="name" title="Isolate" order={order} onOrder={setOrder} />
            {COLUMNS.map(({ id, title, about, isNumber }) => (
              <Head key={id} {...{ id, title, about, isNumber, order }} onOrder={setOrder} />
            ))}
            <th scope="col" class="wide">
              Last death
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((reading) => (
            <Row
              key={reading.name}
              {...{ model, reading, roving, names, onSelect }}
              isSelected={selected === reading.name}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface HeadProps {
  readonly id: string;
  readonly title: string;
  readonly about?: string | undefined;
  readonly isNumber?: boolean | undefined;
  readonly order: Order | undefined;
  onOrder(order: Order | undefined): void;
}

/** Sorts by its column: numbers from the largest, then from the smallest, then as the kernel has them. */
function Head({ id, title, about, isNumber, order, onOrder }: HeadProps): JSX.Element {
  const isOwn = order?.column === id;
  const next = (): Order | undefined => {
    const first = isNumber !== true;
    if (!isOwn) return { column: id, isRising: first };
    return order.isRising === first ? { column: id, isRising: !first } : undefined;
  };
  const sort = !isOwn ? "none" : order.isRising ? "ascending" : "descending";
  return (
    <th scope="col" aria-sort={sort} class={`${id} ${isNumber ? "number" : ""}`}>
      <button type="button" title={about} onClick={() => onOrder(next())}>
        {title}
        <span class="order" aria-hidden="true">
          {sort === "none" ? "" : sort === "ascending" ? "\u2191" : "\u2193"}
        </span>
      </button>
    </th>
  );
}

interface RowProps {
  readonly model: Model;
  readonly reading: Reading;
  readonly isSelected: boolean;
  readonly roving: Roving;
  readonly names: readonly string[];
  onSelect(name: string): void;
}

function Row({ model, reading, isSelected, roving, names, onSelect }: RowProps): JSX.Element {
  const { name } = reading;
  const points = model.history.get(name) ?? [];
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = names.indexOf(name);
    const next = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: names.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    roving.focus(names[next]);
  };
  return (
    <tr class={isSelected ? "selected" : ""} onClick={() => onSelect(name)}>
      <th scope="row">
        <button
          ref={roving.ref(name)}
          type="button"
          class="link"
          tabIndex={roving.tabIndex(name)}
          aria-pressed={isSelected}
          aria-describedby="table-keys"
          onFocus={() => roving.focused(name)}
          onKeyDown={onKeyDown}
          onClick={(event) => {
            event.stopPropagation();
            onSelect(name);
          }}
        >
          <Text of={name} title />
        </button>
      </th>
      {COLUMNS.map(({ id, isNumber, cell }) => (
        <td key={id} class={`${id} ${isNumber ? "number" : ""}`}>
          {cell(reading, points)}
        </td>
      ))}
      <LastDeath model={model} name={name} />
    </tr>
  );
}

function LastDeath({ model, name }: { model: Model; name: string }): JSX.Element {
  const [last] = model.deaths.get(name) ?? [];
  if (last === undefined) return <td class="wide dim">{NONE}</td>;
  return (
    <td class="wide death">
      <span class="ago">{formatAgo(model.now - last.time)}</span> <Text of={last.text} title />
    </td>
  );
}

function sorted(readings: readonly Reading[], order: Order | undefined): readonly Reading[] {
  if (order === undefined) return readings;
  const by = order.column === "name" ? (one: Reading) => one.name : COLUMNS.find(({ id }) => id === order.column)?.by;
  if (by === undefined) return readings;
  const sign = order.isRising ? 1 : -1;
  return [...readings].sort((a, b) => {
    const [left, right] = [by(a), by(b)];
    // What is not known comes last, either way.
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return left === right ? 0 : left < right ? -sign : sign;
  });
}
