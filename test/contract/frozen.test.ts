import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import * as errors from "../../src/contract/gen/pihost/v1/errors.js";
import * as handshake from "../../src/contract/gen/pihost/v1/handshake.js";
import * as hostService from "../../src/contract/gen/pihost/v1/host_service.js";
import * as session from "../../src/contract/gen/pihost/v1/session.js";
import * as status from "../../src/contract/gen/pihost/v1/status.js";
import { commonProtocol } from "../../src/contract/index.js";
import { readContract } from "../helpers/contract-client.js";

const REPOSITORY = join(import.meta.dirname, "../..");
const FROZEN = join(import.meta.dirname, "frozen");

/** One message as 0.1.0 wrote it: made by buf from that version's descriptors. */
interface Golden {
  readonly file: string;
  readonly type: string;
  readonly hex: string;
  readonly json: object;
}

interface Codec {
  decode(bytes: Uint8Array): object;
  encode(message: object): { finish(): Uint8Array };
}

interface JsonCodec {
  fromJSON(json: object): object;
  toJSON(message: object): unknown;
}

const goldens = JSON.parse(readFileSync(join(FROZEN, "v0.1.0-messages.json"), "utf8")) as Golden[];
const codecs: Readonly<Record<string, unknown>> = {
  ...errors,
  ...hostService,
  ...session,
  ...status,
};

/** The messages of the handshake travel as JSON. */
const [lines, binary] = [goldens.filter(isOfHandshake), goldens.filter((golden) => !isOfHandshake(golden))];

function isOfHandshake({ file }: Golden): boolean {
  return file === "handshake";
}

test.each(lines)("the JSON of $type that 0.1.0 wrote is read whole, and written as it was", ({ type, json }) => {
  const codec = (handshake as Readonly<Record<string, unknown>>)[type] as JsonCodec;
  expect(codec.toJSON(codec.fromJSON(json))).toEqual(json);
});

describe("the bytes of messages that 0.1.0 wrote", () => {
  test.each(binary)("$type are read whole, and written as they were", ({ file, type, hex }) => {
    const codec = codecs[type] as Codec;
    const bytes = Buffer.from(hex, "hex");
    const written = Buffer.from(codec.encode(codec.decode(bytes)).finish());
    // Fields may stand in another order: what others read in them is what counts.
    expect(written).toHaveLength(bytes.length);
    const others = readContract(`pihost/v1/${file}.proto`)[`pihost.v1.${type}`] as unknown as {
      deserialize(bytes: Buffer): object;
    };
    expect(others.deserialize(written)).toEqual(others.deserialize(bytes));
  });

  test("hold every message that travels", () => {
    const types = goldens.map(({ type }) => type);
    for (const type of ["SessionFrame", "HandshakeFromHost", "HandshakeFromProcess", "RemoteError", "HostStatus"]) {
      expect(types).toContain(type);
    }
  });
});

/** What breaks with a frozen contract, one line for each; nothing where nothing does. */
async function breaking(against: string, rules: object): Promise<string> {
  const config = JSON.stringify({ version: "v2", modules: [{ path: "proto" }], breaking: rules });
  const buf = join(REPOSITORY, "node_modules/@bufbuild/buf/bin/buf");
  const args = [buf, "breaking", ".", "--against", join(FROZEN, against), "--config", config];
  return promisify(execFile)(process.execPath, args, { cwd: REPOSITORY }).then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  );
}

describe("the contract", () => {
  test("is on the wire what it was in 0.1.0", async () => {
    // The oneof of Payload has another name, which is not on the wire.
    const except = { FIELD_SAME_ONEOF: ["proto/pihost/v1/session.proto"] };
    expect(await breaking("v0.1.0.binpb", { use: ["WIRE"], ignore_only: except })).toBe("");
  });

  test("has only gained, in every language, since it was frozen", async () => {
    expect(await breaking("v1.binpb", { use: ["FILE"] })).toBe("");
  });
});

describe("the version that two sides speak", () => {
  test.each([
    ["the newest of both", { oldest: 1, newest: 5 }, { oldest: 2, newest: 4 }, 4],
    ["the only one", { oldest: 3, newest: 3 }, { oldest: 1, newest: 3 }, 3],
    ["none, where one is too new", { oldest: 4, newest: 5 }, { oldest: 1, newest: 3 }, undefined],
    ["none, where one is too old", { oldest: 1, newest: 2 }, { oldest: 3, newest: 9 }, undefined],
    ["none, where a range is upside down", { oldest: 3, newest: 1 }, { oldest: 1, newest: 3 }, undefined],
  ])("is %s", (_, one, other, common) => {
    expect(commonProtocol(one, other)).toBe(common);
    expect(commonProtocol(other, one)).toBe(common);
  });
});
