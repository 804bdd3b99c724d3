import { hideFramesOf } from "../src/codec/index.js";
import {
  FEATURES,
  type Go,
  type HandshakeFromProcess,
  handshakeLine,
  type InProcessHost,
  type InProcessPihost,
  NOT_IN_PROCESS,
  parseHandshakeFromHost,
} from "../src/contract/index.js";
import { createDescriptorLane, type Lane } from "../src/session/index.js";
import { HELLO } from "./hello.js";
import { type HostProcess, hostProcess } from "./host-process.js";
import { MARK } from "./modules/index.js";
import { Pihost } from "./pihost.js";

/**
 * Runs a pihost among other things in the process of its host, for tests of the modules that it runs: with the same
 * handshake, Session and handlers, and nothing between the two but memory.
 */
export function startInProcess(host: InProcessHost): InProcessPihost {
  hideFramesOf(__filename, MARK);
  let pihost: Pihost | undefined;
  const tell = (message: HandshakeFromProcess["message"]): void => host.say(handshakeLine(message));
  tell({
    $case: "hello",
    value: {
      ...HELLO,
      sharedMemory: false,
      checksIntegrity: false,
      features: FEATURES.filter((feature) => !NOT_IN_PROCESS.includes(feature)),
    },
  });
  return {
    hear(line) {
      const message = parseHandshakeFromHost(line);
      if (message?.$case !== "go" || pihost !== undefined) return;
      pihost = start(message.value, host, tell);
      tell({ $case: "ready", value: {} });
    },
    abandon: () => pihost?.abandon(),
  };
}

function start(go: Go, host: InProcessHost, tell: (message: HandshakeFromProcess["message"]) => void): Pihost {
  const surroundings = hostProcess(go, host);
  return surroundings.within(() => {
    const pihost = new Pihost(
      go,
      { onStopping: (reason) => tell({ $case: "stopping", value: { reason } }), onDebugger: () => {} },
      surroundings,
    );
    pihost.openHostSession(laneWithin(surroundings, createDescriptorLane(host.session)));
    return pihost;
  });
}

/** What comes over a lane is the isolate's, whoever wrote it. */
function laneWithin({ within }: HostProcess, lane: Lane): Lane {
  return {
    ...lane,
    listen: ({ onFrame, onDrain, onClose }) =>
      lane.listen({
        onFrame: (frame) => within(() => onFrame(frame)),
        onDrain: () => within(onDrain),
        onClose: (error) => within(() => onClose(error)),
      }),
  };
}
