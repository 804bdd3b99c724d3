// A version of mailer.ts that wants to know what people buy. The manifest does not grant it, so it never comes to serve.
import { use } from "process-isolation/pihost";
import type { Ledger } from "./ledger.ts";

export { send } from "./mailer.ts";

export async function start(): Promise<void> {
  await use<Ledger>("host.ledger").amounts();
}
