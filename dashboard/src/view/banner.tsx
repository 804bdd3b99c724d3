import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Model } from "../model.js";
import { useTopic } from "../use-topic.js";
import { Text } from "./text.js";

/** Says that what is shown is not how it is now. */
export function Banner({ model }: { model: Model }): JSX.Element | null {
  useTopic(model, "connection");
  const { connection } = model;
  const [, tick] = useState(0);
  const isLost = connection.kind === "lost";
  useEffect(() => {
    if (!isLost) return;
    const timer = setInterval(() => tick((times) => times + 1), 500);
    return () => clearInterval(timer);
  }, [isLost]);
  if (connection.kind === "ended") {
    return (
      <p class="banner">
        The kernel has ended: <Text of={connection.reason} />. What is shown is how it was then.
      </p>
    );
  }
  if (connection.kind !== "lost") return null;
  const seconds = Math.max(0, Math.ceil((connection.retryAt - Date.now()) / 1_000));
  return <p class="banner">The connection was lost; what is shown may be old. Trying again in {seconds} s.</p>;
}
