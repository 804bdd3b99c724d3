import { type Command, InvalidArgumentError } from "commander";
import type { AddCommand } from "../add-command.js";
import { EXIT } from "../exit-codes.js";
import { print } from "../output.js";
import { CHOICE_HELP } from "./choose-kernel.js";

const CREATE_HELP = `
SCOPE is "operate", which allows everything; "call:NAME", of an isolate or a gRPC service; or "call:*". A client sends the token as
"authorization: Bearer TOKEN". It is shown once, here, on stdout; its id, with which it is revoked, on stderr.
${CHOICE_HELP}

Examples:
  pihost token create call:parser --expires 1h --note "nightly import"
  TOKEN=$(pihost token create call:shop.v1.Store)`;

const REVOKE_HELP = `${CHOICE_HELP}

Examples:
  pihost token revoke a47ecb95b572`;

const LIST_HELP = `${CHOICE_HELP}

Examples:
  pihost token list
  pihost token list --json | jq -r '.[].id'`;

const TOKEN_HELP = `
Examples:
  pihost token create call:parser --expires 1h
  pihost token list
  pihost token revoke a47ecb95b572`;

const MS_OF = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export interface CreateTokenOptions {
  readonly kernel?: string;
  readonly expires?: number;
  readonly note?: string;
  readonly json?: true;
}

/** `pihost token` */
export const addTokenCommand: AddCommand = (program: Command, end) => {
  const token = program
    .command("token")
    .description("make, revoke and list tokens for a kernel's front door")
    .addHelpText("after", TOKEN_HELP);
  token
    .command("create")
    .description("make a token")
    .argument("<scopes...>", "what it allows")
    .option("-k, --kernel <name|socket>", "the kernel")
    .option(
      "--expires <time>",
      'how long it is good for: "30s", "15m", "12h", "7d" (default: until it is revoked)',
      duration,
    )
    .option("--note <text>", "what it is for")
    .option("--json", "print a JSON object with id and token")
    .addHelpText("after", CREATE_HELP)
    .action(async (scopes: string[], options: CreateTokenOptions) => {
      const { createToken } = await import("./manage-tokens.js");
      await createToken(scopes, options);
      end(EXIT.done);
    });
  token
    .command("revoke")
    .description("take tokens away; requests that run with them end at once")
    .argument("<ids...>", "their ids, as pihost token list shows them")
    .option("-k, --kernel <name|socket>", "the kernel")
    .addHelpText("after", REVOKE_HELP)
    .action(async (ids: string[], options: { kernel?: string }) => {
      const { revokeTokens } = await import("./manage-tokens.js");
      await revokeTokens(ids, options);
      print(...ids.map((id) => `${id} was revoked`));
      end(EXIT.done);
    });
  token
    .command("list")
    .description("list the tokens that are good for something; not what they are")
    .option("-k, --kernel <name|socket>", "the kernel")
    .option("--json", "print an array of JSON objects")
    .addHelpText("after", LIST_HELP)
    .action(async (options: { kernel?: string; json?: true }) => {
      const { listTokens } = await import("./manage-tokens.js");
      await listTokens(options);
      end(EXIT.done);
    });
};

/** In milliseconds. */
function duration(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count === undefined || Number(count) === 0) throw new InvalidArgumentError('It must be a time such as "15m".');
  return Number(count) * MS_OF[unit as keyof typeof MS_OF];
}
