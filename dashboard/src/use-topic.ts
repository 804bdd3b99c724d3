import { useEffect, useState } from "preact/hooks";
import type { Model, Topic } from "./model.js";

/** Shows a component again when something of these has changed, at most once for each frame that the browser draws. */
export function useTopic(model: Model, ...topics: Topic[]): void {
  const [, show] = useState(0);
  useEffect(() => {
    let frame: number | undefined;
    const onChange = (): void => {
      frame ??= requestAnimationFrame(() => {
        frame = undefined;
        show((times) => times + 1);
      });
    };
    const forget = topics.map((topic) => model.listen(topic, onChange));
    // What has changed before this listened.
    onChange();
    return () => {
      for (const one of forget) one();
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  }, [model]);
}
