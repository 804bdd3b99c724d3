import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Action, ActionResult, Reading } from "../../../src/kernel/dashboard/messages.js";
import { request } from "../api.js";
import { printable } from "../printable.js";
import { Text } from "./text.js";

interface Wording {
  readonly title: string;
  readonly busy: string;
  readonly done: (result: ActionResult["isolate"]) => string;
  readonly text: string;
}

const WORDS: Readonly<Record<Action, Wording>> = {
  restart: {
    title: "Restart",
    busy: "Restarting",
    done: ({ pid }) => `was restarted (pid ${pid})`,
    text: "A fresh process takes over. Calls that run end where they are; no call is lost.",
  },
  replace: {
    title: "Replace",
    busy: "Replacing",
    done: ({ version }) => `is version ${version} now`,
    text: "Another module is started with the data of the present one, and takes over when it is ready. Where it cannot be started, the present one goes on.",
  },
  stop: {
    title: "Stop",
    busy: "Stopping",
    done: () => "has stopped",
    text: "The process ends in order and stays down until somebody starts it. Calls of it are refused.",
  },
  start: { title: "Start", busy: "Starting", done: ({ pid }) => `runs (pid ${pid})`, text: "The isolate is started." },
};

interface DialogProps {
  readonly token: string;
  readonly action: Action;
  readonly reading: Reading;
  /** Isolates that may call it. */
  readonly users: readonly string[];
  /** With what was done, if it was. */
  onClose(done?: string): void;
}

/** Asks whether it is meant, does it, and says why where it could not be done. The browser keeps the focus inside, and gives it back. */
export function ActionDialog({ token, action, reading, users, onClose }: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [module, setModule] = useState(reading.module);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const words = WORDS[action];
  useEffect(() => dialog.current?.showModal(), []);
  const close = (done?: string): void => {
    dialog.current?.close();
    onClose(done);
  };
  const confirm = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setError(undefined);
    try {
      const { isolate } = await request(token, reading.name, action, action === "replace" ? { module } : {});
      close(`${printable(reading.name)} ${words.done(isolate)}`);
    } catch (failure) {
      setError((failure as Error).message);
      setBusy(false);
    }
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby="dialog-title"
      aria-describedby="dialog-text"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <form onSubmit={confirm}>
        <h2 id="dialog-title">
          {words.title} <Text of={reading.name} />?
        </h2>
        <p id="dialog-text">{words.text}</p>
        {action === "stop" && users.length > 0 && (
          <p class="warning">
            Called by <Text of={users.join(", ")} />.
          </p>
        )}
        {action === "replace" && (
          <label class="field">
            Module
            <input
              value={module}
              onInput={(event) => setModule(event.currentTarget.value)}
              required
              autocomplete="off"
              spellcheck={false}
            />
            <span class="hint">A path (relative to the manifest's folder), a file URL, or the name of a package.</span>
          </label>
        )}
        <p class="refusal" role="alert">
          {error !== undefined && <Text of={error} />}
        </p>
        <div class="buttons">
          <button type="button" onClick={() => close()}>
            Cancel
          </button>
          <button type="submit" class={action === "stop" ? "danger primary" : "primary"} aria-disabled={isBusy}>
            {isBusy ? `${words.busy}\u2026` : words.title}
          </button>
        </div>
      </form>
    </dialog>
  );
}
