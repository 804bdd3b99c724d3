/** How grave a line is, in the words that loggers have in common. */
export type LogLineLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/** The gravest last. */
export const LOG_LINE_LEVELS: readonly LogLineLevel[] = ["trace", "debug", "info", "warn", "error", "fatal"];

/** The words of pino, bunyan, winston, syslog and the clouds. */
const WORDS: ReadonlyMap<string, LogLineLevel> = new Map([
  ["trace", "trace"],
  ["silly", "trace"],
  ["debug", "debug"],
  ["verbose", "debug"],
  ["info", "info"],
  ["http", "info"],
  ["notice", "info"],
  ["warn", "warn"],
  ["warning", "warn"],
  ["error", "error"],
  ["err", "error"],
  ["fatal", "fatal"],
  ["critical", "fatal"],
  ["panic", "fatal"],
  ["crit", "fatal"],
  ["alert", "fatal"],
  ["emerg", "fatal"],
  ["emergency", "fatal"],
]);

/** The numbers of pino and bunyan, from the gravest. */
const NUMBERS: readonly (readonly [number, LogLineLevel])[] = [
  [60, "fatal"],
  [50, "error"],
  [40, "warn"],
  [30, "info"],
  [20, "debug"],
  [10, "trace"],
];

/** Letters of the longest word. */
const LONGEST_WORD = 9;

/** What the value of a field says: a word, or a number of pino, where one in between is the next lower. */
export function levelOfValue(value: unknown): LogLineLevel | undefined {
  if (typeof value === "string") {
    return value.length <= LONGEST_WORD + 2 ? WORDS.get(value.toLowerCase()) : undefined;
  }
  if (typeof value !== "number" || value > 100) return undefined;
  return NUMBERS.find(([from]) => value >= from)?.[1];
}

/** Characters in which a level stands at the beginning of a line, the codes of colours among them. */
const PREFIX = 96;

const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]{0,16}m`, "g");

/** A date, or a date and time, which may come first. */
const TIME = String.raw`(?:\[?\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?\]?:?\s{1,4})?`;

/** `[warn] …` and `warn: …` in any case; `WARN …` only in capitals: a sentence may begin with such a word. */
const BRACKETS = new RegExp(String.raw`^${TIME}\[([a-z]{3,${LONGEST_WORD}})\]`, "i");
const COLON = new RegExp(String.raw`^${TIME}([a-z]{3,${LONGEST_WORD}}):(?:\s|$)`, "i");
const CAPITALS = new RegExp(String.raw`^${TIME}([A-Z]{3,${LONGEST_WORD}})(?:\s|$)`);

/** What a line that is no JSON begins with. */
export function levelOfPrefix(text: string): LogLineLevel | undefined {
  const start = text.slice(0, PREFIX).replace(COLOURS, "");
  const word = (BRACKETS.exec(start) ?? COLON.exec(start) ?? CAPITALS.exec(start))?.[1];
  return word === undefined ? undefined : WORDS.get(word.toLowerCase());
}
