// The process of the workerpool peer.
import workerpool from "workerpool";
import { image, json, markdown, spin } from "./work.mjs";

workerpool.worker({ image, json, markdown, spin });
