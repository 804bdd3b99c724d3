import type { Capabilities, HostStatusMessage } from "../../contract/index.js";
import { type IsolateInstance, type IsolateSummary as IsolateMessage, IsolateState } from "../../contract/kernel.js";
import type { CallsMeasured } from "../../isolator/index.js";
import type { Instance, UnitState } from "../life/index.js";
import type { IsolateSummary } from "../summary.js";

const STATES: Readonly<Record<UnitState, IsolateState>> = {
  waiting: IsolateState.WAITING,
  starting: IsolateState.STARTING,
  ready: IsolateState.READY,
  restarting: IsolateState.RESTARTING,
  stopping: IsolateState.STOPPING,
  stopped: IsolateState.STOPPED,
  failed: IsolateState.FAILED,
};
const INSTANCE_STATES: Readonly<Record<Instance["state"], IsolateState>> = {
  starting: IsolateState.STARTING,
  ready: IsolateState.READY,
  leaving: IsolateState.STOPPING,
};
const NAMES = new Map(Object.entries(STATES).map(([name, state]) => [state, name as UnitState]));

export function summaryMessage(
  summary: IsolateSummary,
  can: Pick<Capabilities, "features" | "values"> | undefined,
  status?: HostStatusMessage,
  calls?: CallsMeasured,
): IsolateMessage {
  const { uses, services, state, instances, ...rest } = summary;
  return {
    ...rest,
    instances: instances.map((instance) => ({ ...instance, state: INSTANCE_STATES[instance.state] })),
    uses: [...uses],
    services: [...services],
    state: STATES[state],
    status,
    calls: calls && { waiting: calls.waiting, durations: [...calls.durations] },
    features: [...(can?.features ?? [])],
    values: [...(can?.values ?? [])],
  };
}

/** @throws RangeError for a state that this version does not know */
export function summaryOfMessage({
  state,
  status: _,
  features: __,
  values: ___,
  instances,
  calls: ____,
  ...rest
}: IsolateMessage): IsolateSummary {
  const name = NAMES.get(state);
  if (name === undefined) throw new RangeError(`the kernel is of a later version: it has a state ${state}`);
  return { ...rest, state: name, instances: instances.map(instanceOfMessage) };
}

function instanceOfMessage({ state, ...rest }: IsolateInstance): Instance {
  const found = Object.entries(INSTANCE_STATES).find(([, known]) => known === state);
  return { ...rest, state: (found?.[0] ?? "leaving") as Instance["state"] };
}
