// Sends mails, with a mistake that client libraries have now and then: an "error" event that nobody listens to.
import { EventEmitter } from "node:events";

export async function send({ to }: { to: string; text: string }): Promise<void> {
  const connection = new EventEmitter();
  setImmediate(() => {
    if (to.includes("@")) connection.emit("sent");
    else connection.emit("error", new Error(`no mail server for ${JSON.stringify(to)}`)); // ends the process
  });
  await new Promise((resolve) => connection.once("sent", resolve));
}
