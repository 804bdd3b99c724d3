import { SessionFrame } from "../../src/contract/index.js";

type Frame = SessionFrame;

/** The fields of packed numbers, by number. */
const NUMBER_FIELDS = {
  callIds: 2,
  callHandles: 3,
  cancels: 6,
  itemStreams: 7,
  resultIds: 12,
  voidIds: 14,
  releases: 18,
  segmentsRead: 19,
  streamResumes: 23,
  handleReleases: 24,
} as const;

const LENGTH_DELIMITED = 2;

/** Whole numbers from 0 on, below the given bound. */
export type Random = (bound: number) => number;

/** The same numbers for the same seed. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/**
 * The frame in another of the ways that protobuf allows: fields in any order, packed numbers in several parts or not
 * packed at all, texts said twice (the last one counts), and fields of a later version in between.
 */
export function encodeLoosely(frame: Frame, random: Random): Buffer {
  const fields = Object.entries(frame).map(([name, value]) => recordsOf(name as keyof Frame, value, random));
  fields.push(Array.from({ length: random(4) }, () => unknownRecord(random)));
  const records: Buffer[] = [];
  for (let rest = fields; ; ) {
    rest = rest.filter((queue) => queue.length > 0);
    if (rest.length === 0) return Buffer.concat(records);
    records.push(rest[random(rest.length)]?.shift() as Buffer);
  }
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}

export function lengthDelimited(field: number, body: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + LENGTH_DELIMITED), varint(body.length), body]);
}

function recordsOf(name: keyof Frame, value: Frame[keyof Frame], random: Random): Buffer[] {
  const whole = (part: Frame[keyof Frame]): Buffer => {
    const alone = { ...SessionFrame.fromPartial({}), [name]: part } as Frame;
    return Buffer.from(SessionFrame.encode(alone).finish());
  };
  if (name in NUMBER_FIELDS) {
    return numberRecords(NUMBER_FIELDS[name as keyof typeof NUMBER_FIELDS], value as number[], random);
  }
  if (Array.isArray(value)) return value.map((item) => whole([item] as Frame[keyof Frame]));
  if (typeof value === "string" && value !== "" && random(3) === 0) return [whole("void"), whole(value)];
  const record = whole(value);
  return record.length === 0 ? [] : [record];
}

function numberRecords(field: number, values: readonly number[], random: Random): Buffer[] {
  const records: Buffer[] = [];
  for (let start = 0; start < values.length; ) {
    const kind = random(4);
    if (kind === 0) records.push(lengthDelimited(field, Buffer.alloc(0)));
    const count = kind === 1 ? 1 : 1 + random(values.length);
    const part = values.slice(start, start + count).map(varint);
    if (kind === 1) records.push(Buffer.concat([varint(field * 8), ...part]));
    else records.push(lengthDelimited(field, Buffer.concat(part)));
    start += count;
  }
  return records;
}

function unknownRecord(random: Random): Buffer {
  const field = [25, 100, 2_047, 536_870_911][random(4)] as number;
  const body = Buffer.alloc(random(20), 0xff);
  switch (random(4)) {
    case 0:
      return Buffer.concat([varint(field * 8), varint(random(0xffff_ffff))]);
    case 1:
      return Buffer.concat([varint(field * 8 + 1), Buffer.alloc(8, 0xff)]);
    case 2:
      return lengthDelimited(field, body);
    default:
      return Buffer.concat([varint(field * 8 + 5), Buffer.alloc(4, 0xff)]);
  }
}
