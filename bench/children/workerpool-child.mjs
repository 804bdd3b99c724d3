// The process of the workerpool peer.
import workerpool from "workerpool";
import { add, echo } from "./work.mjs";

workerpool.worker({ add, echo, processId: () => process.pid });
