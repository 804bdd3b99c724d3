// The child of the fork peers; its argument says how the channel writes values.
import { AS_BASE64, AS_IS, serveMessages } from "./message-server.mjs";

const send = /** @type {(message: any) => boolean} */ (process.send?.bind(process));
process.on("message", serveMessages(send, process.argv[2] === "json" ? AS_BASE64 : AS_IS));
process.on("disconnect", () => process.exit());
