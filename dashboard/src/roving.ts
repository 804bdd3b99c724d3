import { useRef, useState } from "preact/hooks";

/** One stop of the Tab key for many controls: the arrow keys go from one to the next. */
export interface Roving {
  tabIndex(name: string): 0 | -1;
  ref(name: string): (element: HTMLElement | null) => void;
  /** To be called when a control got the focus, however. */
  focused(name: string): void;
  focus(name: string | undefined): void;
}

/** @param first the control that Tab goes to at first */
export function useRoving(names: readonly string[], first: string | undefined): Roving {
  const [current, setCurrent] = useState<string>();
  const elements = useRef(new Map<string, HTMLElement>());
  const stop = [current, first].find((name) => name !== undefined && names.includes(name)) ?? names[0];
  return {
    tabIndex: (name) => (name === stop ? 0 : -1),
    ref: (name) => (element) => {
      if (element === null) elements.current.delete(name);
      else elements.current.set(name, element);
    },
    focused: setCurrent,
    focus: (name) => {
      if (name === undefined) return;
      setCurrent(name);
      elements.current.get(name)?.focus();
    },
  };
}
