import { toDuration } from "../../contract/index.js";
import type { TokenSummary } from "../../contract/kernel.js";
import { REQUESTS } from "../../kernel/connect/index.js";
import { fromTimestamp } from "../../kernel/service/index.js";
import { jsonLine, note, print } from "../output.js";
import { printTable } from "../table.js";
import { type KernelChoice, withKernel } from "./choose-kernel.js";
import type { CreateTokenOptions } from "./token.js";

const HEAD = ["ID", "SCOPES", "CREATED", "EXPIRES", "NOTE"];

export async function createToken(scopes: readonly string[], options: CreateTokenOptions): Promise<void> {
  const { expires, note: what = "", json } = options;
  const expiresIn = expires === undefined ? undefined : toDuration(expires);
  const request = { scopes: [...scopes], expiresIn, note: what };
  const { id, token } = await withKernel(options, (client) =>
    client.unary("CreateToken", REQUESTS.CreateToken, request),
  );
  if (json) {
    print(jsonLine({ id, token }));
    return;
  }
  print(token);
  note(`pihost: the id is ${id}`);
}

export async function revokeTokens(ids: readonly string[], choice: KernelChoice): Promise<void> {
  await withKernel(choice, async (client) => {
    for (const id of ids) await client.unary("RevokeToken", REQUESTS.RevokeToken, { id });
  });
}

export async function listTokens(options: KernelChoice & { json?: true }): Promise<void> {
  const { tokens } = await withKernel(options, (client) => client.unary("ListTokens", REQUESTS.ListTokens, {}));
  if (options.json) print(jsonLine(tokens.map(toJson)));
  else {
    const cells = tokens.map(({ id, scopes, createdAt, expiresAt, note: what }) => [
      id,
      scopes.join(" "),
      isoTime(createdAt) ?? "-",
      isoTime(expiresAt) ?? "never",
      what || "-",
    ]);
    printTable(HEAD, cells);
  }
}

function toJson({ id, scopes, createdAt, expiresAt, note: what }: TokenSummary): object {
  return { id, scopes, createdAt: isoTime(createdAt), expiresAt: isoTime(expiresAt), note: what || undefined };
}

function isoTime(time: TokenSummary["createdAt"]): string | undefined {
  return time === undefined ? undefined : new Date(fromTimestamp(time)).toISOString();
}
