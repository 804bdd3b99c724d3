// A host process of one episode: isolates, load and deaths, until it ends or is ended.
import { openLedger } from "../ledger/ledger.mjs";
import { Random } from "../random.mjs";
import { pause } from "./deaths/death.mjs";
import { ENDINGS } from "./endings.mjs";
import { createSubjects } from "./isolates.mjs";
import { startLoad } from "./load.mjs";
import { releaseMayflies } from "./mayflies.mjs";
import { torment } from "./torment.mjs";

/** Callers of each isolate; there are five of those. */
const SLOTS = 13;

/** @type {import("../run/plan.mjs").Plan & { mark: string, ledger: string, cwd: string, only?: string[] }} */
const plan = JSON.parse(/** @type {string} */ (process.argv[2]));
const ledger = openLedger(plan.ledger);
const random = new Random(plan.seed);
const place = { episode: String(plan.episode), mark: plan.mark, ledger: plan.ledger, cwd: plan.cwd };
const subjects = await createSubjects(random.fork(), ledger, place);
const loads = subjects.map((subject) => startLoad(subject, SLOTS));
const torments = [
  ...subjects.map((subject) => torment(subject, plan.only)),
  releaseMayflies(random.fork(), ledger, place),
];
process.stdout.write("ready\n");
await pause(plan.runMs);
const end = ENDINGS[plan.ending in ENDINGS ? plan.ending : "signal"];
await end?.({ subjects, loads, torments, random });
