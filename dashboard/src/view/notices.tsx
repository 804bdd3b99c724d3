import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { EventFacts } from "../../../src/kernel/dashboard/messages.js";
import { isDeath, type Model } from "../model.js";
import { printable } from "../printable.js";
import { useTopic } from "../use-topic.js";

/** A screen reader is told of deaths no oftener than this, in milliseconds. */
const DEATHS_MS = 5_000;
const TOAST_MS = 5_000;

/** What is shown for a while, and read out: that an action was done. */
export function Toast({ text }: { text: { readonly done: string } | undefined }): JSX.Element {
  const [shown, setShown] = useState<string>();
  useEffect(() => {
    setShown(text?.done);
    const timer = setTimeout(() => setShown(undefined), TOAST_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p class={`toast ${shown === undefined ? "" : "shown"}`} role="status">
      {shown}
    </p>
  );
}

/** What is read out and not shown: how the connection is, and deaths, several as one. */
export function Announcer({ model }: { model: Model }): JSX.Element {
  useTopic(model, "connection");
  const deaths = useDeaths(model);
  const { kind } = model.connection;
  const connection = {
    connecting: "",
    live: "Connected.",
    lost: "The connection was lost.",
    ended: "The kernel has ended.",
    refused: "",
  }[kind];
  return (
    <div class="hidden">
      <p role="status">{connection}</p>
      <p role="status" data-testid="deaths">
        {deaths}
      </p>
    </div>
  );
}

function useDeaths(model: Model): string {
  const [text, setText] = useState("");
  useEffect(() => {
    let seen = Date.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = (): void => {
      timer = undefined;
      const fresh = model.events.filter((event) => isDeath(event) && event.time > seen);
      if (fresh.length === 0) return;
      seen = fresh.at(-1)?.time ?? seen;
      setText(textOf(fresh));
      timer = setTimeout(tell, DEATHS_MS);
    };
    const forget = model.listen("events", () => {
      if (timer === undefined) tell();
    });
    return () => {
      forget();
      clearTimeout(timer);
    };
  }, [model]);
  return text;
}

function textOf(deaths: readonly EventFacts[]): string {
  const last = deaths.at(-1) as EventFacts;
  const one = `${printable(last.isolate)} ${printable(last.text)}.`;
  return deaths.length === 1 ? one : `${deaths.length} processes have died, the last one: ${one}`;
}
