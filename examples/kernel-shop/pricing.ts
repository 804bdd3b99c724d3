// What an order costs.
import { use } from "process-isolation/pihost";

// Asking twice does no harm: when the catalog dies meanwhile, the next one is asked.
const catalog = use<typeof import("./catalog.ts")>("catalog", { idempotent: true });

export async function quote({ sku, count }: { sku: string; count: number }): Promise<number> {
  const { cents } = await catalog.get({ sku });
  return cents * count;
}
