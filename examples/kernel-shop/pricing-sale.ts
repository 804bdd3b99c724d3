// The next version of pricing.ts: three for the price of two.
import { use } from "process-isolation/pihost";

const catalog = use<typeof import("./catalog.ts")>("catalog", { idempotent: true });

export async function quote({ sku, count }: { sku: string; count: number }): Promise<number> {
  const { cents } = await catalog.get({ sku });
  return cents * (count - Math.floor(count / 3));
}
