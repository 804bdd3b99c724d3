import { expect, test } from "vitest";
import { describePlan, graphMermaid, graphSvg, graphText } from "../../../src/kernel/graph/index.js";
import { readManifest } from "../../../src/kernel/manifest/index.js";
import { processorTimeOf } from "../../helpers/processor-time.js";

const grpc = { proto: "./shop.proto", services: ["shop.v1.Store"] };

const shop = () =>
  readManifest({
    name: "shop",
    isolates: {
      api: {
        module: "./api.ts",
        uses: { "shop.v1.Store": "*", mailer: { exports: ["send"], lazy: true, handOn: true }, "host.log": ["info"] },
        env: { SECRET: "hunter2" },
        data: { greeting: "hello" },
      },
      store: { module: "./store.ts", grpc, limits: { memory: "256MB" } },
      mailer: { module: "mailer", uses: ["api"], essential: false, restart: "transient", instances: 2 },
    },
    groups: {
      jobs: {
        supervision: { strategy: "one-for-all", maxRestarts: 1 },
        isolates: { night: { module: "./n.ts", uses: ["store"] } },
      },
    },
    supervision: { onExhausted: "exit-host" },
    listen: "127.0.0.1:8443",
  });

test("the plan tells the order, the grants, the services, the options, the tree and the front door", async () => {
  expect(describePlan(await shop()).split("\n")).toEqual([
    "shop: 4 isolates in 3 layers",
    "",
    "start",
    "  1. store",
    "  2. api, night",
    "  3. mailer",
    "",
    "isolates",
    "  store  ./store.ts",
    "    serves shop.v1.Store",
    "    limits: { memory: '256MB' }",
    "  api  ./api.ts",
    "    uses shop.v1.Store: everything",
    "    uses mailer: send; lazy; may hand it on",
    "    uses host.log: info",
    "    env: SECRET",
    "    data: [ 'greeting' ]",
    "  night  ./n.ts",
    "    uses store: everything",
    "  mailer  mailer",
    "    uses api: everything",
    "    instances: { min: 2, max: 2 }",
    "",
    "supervision",
    "  shop: one-for-one, 5 restarts within 10000 ms",
    "  ├─ store",
    "  ├─ api",
    "  ├─ jobs: one-for-all, 1 restart within 10000 ms",
    "  │  └─ night",
    "  └─ mailer (transient, not essential)",
    "  when shop is exhausted: the kernel ends the host process",
    "",
    "front door",
    "  socket: in a private folder",
    "  tcp: 127.0.0.1:8443, by token alone",
    "  access: a token is needed",
  ]);
});

test("the plan tells no value of the environment, and of a shared service who picks one", async () => {
  const one = { module: "./a.js", grpc, env: { KEY: "secret" } };
  const plan = describePlan(await readManifest({ isolates: { a: one, b: one } }));
  expect(plan).not.toContain("secret");
  expect(plan).toContain("shop.v1.Store is served by a and b: x-pihost-isolate picks one");
});

test("the text begins with what nobody uses, and unfolds everything once", async () => {
  expect(graphText(await shop()).split("\n")).toEqual([
    "shop",
    "├─ night",
    "│  └─ store",
    "└─ api",
    "   ├─ store [shop.v1.Store]",
    "   ├─ mailer [send] (lazy)",
    "   │  └─ api (above)",
    "   └─ host [log: info]",
  ]);
});

test("Mermaid has an arrow for each grant, dotted where it is lazy, and a frame for each group", async () => {
  expect(graphMermaid(await shop()).split("\n")).toEqual([
    "flowchart TD",
    '  i0["store"]',
    '  i1["api"]',
    '  subgraph group_jobs["jobs"]',
    '    i2["night"]',
    "  end",
    '  i3["mailer"]',
    '  host(["host"])',
    '  i1 -->|"shop.v1.Store"| i0',
    '  i1 -.->|"send"| i3',
    '  i1 -->|"log: info"| host',
    "  i2 --> i0",
    "  i3 --> i1",
    "",
  ]);
});

test("the SVG has a box for each isolate and the host, and an arrow for each grant", async () => {
  const svg = graphSvg(await shop());
  expect(svg.match(/<rect /g)).toHaveLength(5);
  expect(svg.match(/marker-end/g)).toHaveLength(5);
  expect(svg.match(/class="lazy"/g)).toHaveLength(1);
  expect(svg).not.toMatch(/(?:href|src)=/);
});

test("names of exports end neither a line, nor a quotation, nor an element", async () => {
  const hostile = 'x"]</text>\n\u001b[31m';
  const manifest = await readManifest({
    isolates: { a: { module: "./a.js", uses: { b: [hostile] } }, b: { module: "./b.js" } },
  });
  for (const text of [describePlan(manifest), graphText(manifest), graphMermaid(manifest), graphSvg(manifest)]) {
    expect(text).not.toContain("\u001b");
    expect(text).not.toContain('x"');
  }
  // A character that no XML may have, not even by its number.
  expect(graphSvg(manifest)).not.toContain("&#27;");
  expect(graphSvg(manifest).match(/<\/text>/g)).toHaveLength(3);
});

test("a graph of many grants is drawn as soon as it is read", async () => {
  const names = Array.from({ length: 250 }, (_, index) => `i${index}`);
  const isolates = names.map((name, index) => [name, { module: "./i.ts", uses: names.slice(0, index) }]);
  const manifest = await readManifest({ isolates: Object.fromEntries(isolates) });
  const grants = (names.length * (names.length - 1)) / 2;
  const drawn = processorTimeOf(() => {
    // The name of the kernel has a line, and i249, which nobody uses, has no arrow to it.
    expect(graphText(manifest).split("\n")).toHaveLength(1 + 1 + grants);
    expect(graphSvg(manifest).match(/marker-end/g)).toHaveLength(grants);
  });
  // The square of the grants would take 40 s.
  expect(drawn).toBeLessThan(8_000);
});
