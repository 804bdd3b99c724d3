import type { JSX } from "preact";
import type { IsolateState, Reading } from "../../../src/kernel/dashboard/messages.js";
import { formatDuration } from "../format.js";
import type { Model } from "../model.js";
import { useTopic } from "../use-topic.js";
import { StateMark } from "./state-mark.js";
import { Text } from "./text.js";

const STATES: readonly IsolateState[] = ["ready", "starting", "restarting", "waiting", "stopping", "stopped", "failed"];

export function Header({ model, onReconnect }: { model: Model; onReconnect: () => void }): JSX.Element {
  useTopic(model, "kernel", "readings", "connection");
  const { kernel, readings } = model;
  return (
    <header class="top">
      <div class="who">
        <img src="/icon.svg" alt="" width="22" height="22" />
        <h1>{kernel === undefined ? "pihost" : <Text of={kernel.kernel} />}</h1>
        {kernel !== undefined && (
          <p class="facts">
            <span>pid {kernel.pid}</span>
            <span>up {formatDuration(model.now - kernel.startedAt)}</span>
            {kernel.file !== "" && (
              <span class="file">
                <Text of={kernel.file} title />
              </span>
            )}
          </p>
        )}
      </div>
      <States readings={readings} />
      <ConnectionState model={model} onReconnect={onReconnect} />
    </header>
  );
}

/** How many isolates are in each state. */
function States({ readings }: { readings: readonly Reading[] }): JSX.Element {
  const counts = STATES.map((state) => [state, readings.filter((one) => one.state === state).length] as const);
  return (
    <ul class="states" aria-label="Isolates by state">
      {counts
        .filter(([, count]) => count > 0)
        .map(([state, count]) => (
          <li key={state} class={`state-${state}`}>
            <StateMark state={state} />
            <b>{count}</b> {state}
          </li>
        ))}
    </ul>
  );
}

function ConnectionState({ model, onReconnect }: { model: Model; onReconnect: () => void }): JSX.Element {
  const { connection } = model;
  const texts = { connecting: "Connecting", live: "Live", lost: "Not connected", ended: "Ended", refused: "Refused" };
  const canTry = connection.kind === "lost" || connection.kind === "ended";
  return (
    <div class={`connection ${connection.kind}`}>
      <span class="dot" aria-hidden="true" />
      <span>{texts[connection.kind]}</span>
      {canTry && (
        <button type="button" class="small" onClick={onReconnect}>
          Try now
        </button>
      )}
    </div>
  );
}
