import type { Upstream } from "./routes.js";
import type { UpstreamLink } from "./upstream-link.js";

/**
 * Ends connections to processes that are gone: another process may hold such a socket open. One listener for each process,
 * because promises keep theirs for as long as they are not settled.
 */
export class GoneWatch {
  readonly #links = new WeakMap<Promise<unknown>, Set<UpstreamLink>>();

  add({ gone }: Upstream, link: UpstreamLink): void {
    let links = this.#links.get(gone);
    if (links === undefined) {
      const all = new Set<UpstreamLink>();
      links = all;
      this.#links.set(gone, links);
      void gone.then(() => {
        for (const one of [...all]) one.destroy();
      });
    }
    links.add(link);
  }

  remove({ gone }: Upstream, link: UpstreamLink): void {
    this.#links.get(gone)?.delete(link);
  }
}
