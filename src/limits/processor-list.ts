/** Far above any machine's; keeps `0-999999999` from filling the memory. */
const MAX_PROCESSORS = 65_536;

const RANGE = /^(?:cpu)?(\d+)(?:-(?:cpu)?(\d+))?$/i;

/** The processors of a list such as `"cpu0 cpu2"`, `"0-3"` or `"0,2"`, ascending; undefined for any other text. */
export function parseProcessorList(text: string): number[] | undefined {
  const found = new Set<number>();
  for (const part of text.trim().split(/[\s,]+/)) {
    const [, first, last = first] = RANGE.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first) || Number(last) >= MAX_PROCESSORS) return undefined;
    for (let processor = Number(first); processor <= Number(last); processor++) found.add(processor);
  }
  return [...found].sort((left, right) => left - right);
}

/** The list as the kernel and `taskset` read it: `0-2,5`. */
export function formatProcessorList(processors: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const processor of processors) {
    const range = ranges.at(-1);
    if (range !== undefined && range[1] === processor - 1) range[1] = processor;
    else ranges.push([processor, processor]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}
