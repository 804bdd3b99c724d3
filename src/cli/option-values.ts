import { InvalidArgumentError } from "commander";
import { LONGEST_TIMER_MS } from "../platform/longest-timer.js";

/** A whole number from 0, for an option's value. */
export function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number from 0.");
}

/** Whole milliseconds from `least`, as many as a timer takes, for an option's value. */
export function milliseconds(least = 0): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : -1;
    if (value >= least && value <= LONGEST_TIMER_MS) return value;
    throw new InvalidArgumentError(`It must be a whole number of milliseconds from ${least} to ${LONGEST_TIMER_MS}.`);
  };
}

/** A number from 0, for an option's value. */
export function number(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a number from 0.");
}

/** Where metrics are served. */
export interface MetricsOption {
  readonly port: number;
  readonly host?: string;
}

/** `PORT` or `HOST:PORT`, as in `9464`, `0.0.0.0:9464`, `[::1]:9464`. */
export function metricsAddress(text: string): MetricsOption {
  const [, bracketed, plain, port] = /^(?:(?:\[([\da-fA-F:.]+)\]|([\w.]+)):)?(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (port !== undefined && Number(port) <= 65_535)
    return { port: Number(port), ...(host === undefined ? {} : { host }) };
  throw new InvalidArgumentError("It must be PORT or HOST:PORT.");
}

/** A path, added to those of the same option before. */
export function path(text: string, previous: readonly string[] = []): readonly string[] {
  if (text !== "") return [...previous, text];
  throw new InvalidArgumentError("It must be a path.");
}

/** `KEY=VALUE`, added to those of the same option before. */
export function assignment(text: string, previous: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It must be KEY=VALUE.");
  return { ...previous, [text.slice(0, at)]: text.slice(at + 1) };
}

/** A token of 256 bits. */
export function token(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text;
  throw new InvalidArgumentError("It must be 64 hexadecimal digits.");
}
