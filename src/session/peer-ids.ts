const FIRST_CAPACITY = 64;

/**
 * Things by the numbers that the peer gives them, which mostly ascend.
 *
 * An array rather than a Map, for the reason that `IdRing` has: the low bits of the number are the place. What finds its
 * place taken goes into a Map, so that a peer which chooses its numbers to collide gains nothing by it.
 */
export class PeerIds<T extends object> {
  #things: (T | undefined)[] = new Array<T | undefined>(FIRST_CAPACITY).fill(undefined);
  #ids: number[] = new Array<number>(FIRST_CAPACITY).fill(0);
  readonly #others = new Map<number, T>();
  #size = 0;

  get(id: number): T | undefined {
    const place = id & (this.#things.length - 1);
    if (this.#ids[place] === id) {
      const thing = this.#things[place];
      if (thing !== undefined) return thing;
    }
    return this.#others.size === 0 ? undefined : this.#others.get(id);
  }

  /** What was there under the number is replaced. */
  set(id: number, thing: T): void {
    if (2 * this.#size >= this.#things.length) this.#grow();
    if (this.#others.size > 0 && this.#others.has(id)) this.#others.set(id, thing);
    else this.#put(id, thing);
  }

  delete(id: number): void {
    const place = id & (this.#things.length - 1);
    if (this.#ids[place] === id && this.#things[place] !== undefined) {
      this.#things[place] = undefined;
      this.#size -= 1;
    } else if (this.#others.size > 0) this.#others.delete(id);
  }

  values(): T[] {
    return [...this.#things.filter((thing) => thing !== undefined), ...this.#others.values()];
  }

  clear(): void {
    this.#things.fill(undefined);
    this.#others.clear();
    this.#size = 0;
  }

  #put(id: number, thing: T): void {
    const place = id & (this.#things.length - 1);
    const former = this.#things[place];
    if (former !== undefined && this.#ids[place] !== id) {
      this.#others.set(id, thing);
      return;
    }
    if (former === undefined) this.#size += 1;
    this.#ids[place] = id;
    this.#things[place] = thing;
  }

  #grow(): void {
    const { length } = this.#things;
    const things = this.#things;
    const ids = this.#ids;
    this.#things = new Array<T | undefined>(2 * length).fill(undefined);
    this.#ids = new Array<number>(2 * length).fill(0);
    this.#size = 0;
    for (const [place, thing] of things.entries()) if (thing !== undefined) this.#put(ids[place] as number, thing);
  }
}
