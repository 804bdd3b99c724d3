// Takes orders. Implements shop.v1.Orders.
import { use } from "process-isolation/pihost";
import type { Order, PlaceAllResponse, PlaceRequest } from "./gen/shop.ts";
import type { Ledger } from "./ledger.ts";

const catalog = use<typeof import("./catalog.ts")>("catalog");
const pricing = use<typeof import("./pricing.ts")>("pricing", { idempotent: true });
const mailer = use<typeof import("./mailer.ts")>("mailer");
const ledger = use<Ledger>("host.ledger");

export async function place({ id, sku, count, email }: PlaceRequest): Promise<Order> {
  if (count < 1) throw Object.assign(new Error(`an order of ${count}`), { code: 3 }); // INVALID_ARGUMENT
  const cents = await pricing.quote({ sku, count });
  await catalog.take({ sku, count });
  const order = { id, sku, count, cents };
  await ledger.record(order);
  // When the mailer dies of this mail, the order stands.
  const mailed = await mailer.send({ to: email, text: `Thank you for ${count} × ${sku}.` }).then(
    () => true,
    () => false,
  );
  return { ...order, mailed };
}

/** What the last orders came to, in cents. */
export const recent = (): Promise<number[]> => ledger.amounts();

export async function placeAll(requests: AsyncIterable<PlaceRequest>): Promise<PlaceAllResponse> {
  const total = { placed: 0, cents: 0 };
  for await (const request of requests) {
    total.cents += (await place(request)).cents;
    total.placed += 1;
  }
  return total;
}
