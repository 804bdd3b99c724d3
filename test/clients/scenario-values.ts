/** Answers a call of a `$function`: what it got is kept in `called`. */
export interface LentFunction {
  readonly called: unknown[][];
}

/** The value that the file's notation stands for; functions among them are noted in `lent`. */
export function toValue(notation: unknown, lent: LentFunction[] = []): unknown {
  if (typeof notation !== "object" || notation === null) return notation;
  if (Array.isArray(notation)) return notation.map((item) => toValue(item, lent));
  const [[mark, content] = ["", undefined]] = Object.entries(notation);
  const read = NOTATIONS[mark];
  if (read !== undefined) return read(content as never, lent);
  return Object.fromEntries(Object.entries(notation).map(([name, value]) => [name, toValue(value, lent)]));
}

type Notation = (content: never, lent: LentFunction[]) => unknown;

const NOTATIONS: Record<string, Notation | undefined> = {
  $undefined: () => undefined,
  $number: (text: string) => Number(text),
  $bigint: (digits: string) => BigInt(digits),
  $date: (milliseconds: number) => new Date(milliseconds),
  $bytes: (digits: string) => Uint8Array.from(Buffer.from(digits, "hex")),
  $map: (pairs: [unknown, unknown][]) => new Map(pairs.map(([key, value]) => [toValue(key), toValue(value)])),
  $set: (members: unknown[]) => new Set(members.map((member) => toValue(member))),
  $repeat: ([text, times]: [string, number]) => text.repeat(times),
  $repeatBytes: ([digits, times]: [string, number]) => new Uint8Array(times).fill(Number.parseInt(digits, 16)),
  $function: toFunction,
};

function toFunction(content: { returns?: unknown[]; throws?: string }, lent: LentFunction[]): unknown {
  const called: unknown[][] = [];
  lent.push({ called });
  return (...args: unknown[]) => {
    called.push(args);
    if (content.throws !== undefined) throw new Error(content.throws);
    return toValue(content.returns?.[called.length - 1]);
  };
}
