import { openLedger } from "../ledger/ledger.mjs";

/** The ledger, inside of an isolated process. */
export const ledger = openLedger(/** @type {string} */ (process.env.CHAOS_LEDGER));
