import { IsolationError, type ProcessIsolator } from "process-isolation";
import { expect } from "vitest";
import { rejection } from "../helpers/rejection.js";
import type { ExpectedError, Step } from "./scenario-file.js";
import { type LentFunction, toValue } from "./scenario-values.js";

/** Runs the steps of a scenario of `clients/scenarios.json`, one after the other. */
export async function runSteps(isolator: ProcessIsolator, module: string, steps: readonly Step[]): Promise<void> {
  for (const step of steps) await runStep(isolator, module, step);
}

async function runStep(isolator: ProcessIsolator, module: string, step: Step): Promise<void> {
  if (step.call !== undefined) return runCall(isolator, step.module ?? module, step);
  if (step.stream !== undefined) return runStream(isolator, module, step);
  if (step.together !== undefined) {
    await Promise.all(step.together.map((each) => runStep(isolator, module, each)));
  } else if (step.setData !== undefined) {
    await isolator.setData(step.setData, toValue(step.value));
  } else if (step.getData !== undefined) {
    expect(await isolator.getData(step.getData)).toEqual(toValue(step.returns));
  } else if (step.status !== undefined) {
    expect(await isolator.status()).toMatchObject(step.status);
  } else if (step.generation !== undefined) {
    expect(isolator.generation).toBe(step.generation);
  } else if (step.shutdown !== undefined) {
    expect(await isolator.shutdown(step.shutdown)).toMatchObject({ code: 0 });
  } else {
    expect.fail(`a step that this driver does not know: ${JSON.stringify(step)}`);
  }
}

async function runCall(isolator: ProcessIsolator, module: string, step: Step): Promise<void> {
  const lent: LentFunction[] = [];
  const controller = new AbortController();
  const { call = "", args = [], timeoutMs, returns, throws } = step;
  const options = { signal: controller.signal, ...(timeoutMs !== undefined && { timeoutMs }) };
  const running = isolator.invoke(module, call, toValue(args, lent) as unknown[], options);
  if (step.cancel) await isolator.invoke(module, "nothing").then(() => controller.abort());
  if (throws !== undefined) expectError(await rejection(running), throws);
  else expectValue(await running, toValue(returns));
  if (step.called !== undefined) expect(lent[0]?.called).toEqual(toValue(step.called));
}

/** Bytes are compared as such: one by one, megabytes of them take Vitest minutes. */
function expectValue(value: unknown, expected: unknown): void {
  if (expected instanceof Uint8Array) {
    expect(value).toBeInstanceOf(Uint8Array);
    expect(Buffer.compare(value as Uint8Array, expected)).toBe(0);
  } else {
    expect(value).toStrictEqual(expected);
  }
}

async function runStream(isolator: ProcessIsolator, module: string, step: Step): Promise<void> {
  const { stream = "", args = [], take = Number.POSITIVE_INFINITY, meanwhile, throws } = step;
  const items: unknown[] = [];
  const reading = (async () => {
    const source = await isolator.invoke<AsyncIterable<unknown>>(module, stream, toValue(args) as unknown[]);
    for await (const item of source) {
      // Those that come after `meanwhile` were under way before it.
      if (items.length === take) continue;
      items.push(item);
      if (items.length < take) continue;
      if (meanwhile === undefined) break;
      await runStep(isolator, module, meanwhile);
    }
  })();
  if (throws !== undefined) expectError(await rejection(reading), throws);
  else await reading;
  if (step.items !== undefined) expect(items).toEqual(toValue(step.items));
  if (step.count !== undefined) expect(items).toHaveLength(step.count);
  if (step.last !== undefined) expect(items.at(-1)).toEqual(toValue(step.last));
}

function expectError(error: unknown, expected: ExpectedError): void {
  const { framework, thrown } = expected;
  if (thrown !== undefined) expect(error).toEqual(toValue(thrown));
  else if (framework === undefined) expectUserError(error, expected);
  else expectFrameworkError(error, expected);
}

function expectFrameworkError(error: unknown, { framework, exitCode, signal }: ExpectedError): void {
  expect(error).toMatchObject({ code: framework });
  expect(IsolationError.is(error), `${String(error)} is of the framework`).toBe(true);
  const facts = { ...(exitCode !== undefined && { exitCode }), ...(signal !== undefined && { signal }) };
  expect((error as IsolationError).facts).toMatchObject(facts);
}

function expectUserError(error: unknown, expected: ExpectedError): void {
  const { name, message, code, fields, stack, cause, members = [] } = expected;
  expect(IsolationError.is(error), `${String(error)} is of the module`).toBe(false);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name, message: toValue(message), ...(code !== undefined && { code }), ...fields });
  if (stack !== undefined) expect((error as Error).stack).toContain(stack);
  if (cause !== undefined) expectUserError((error as Error).cause, cause);
  members.forEach((member, index) => {
    expectUserError((error as AggregateError).errors[index], member);
  });
}
