const FIRST_CAPACITY = 64;
const LAST_ID = 0xffff_ffff;

/**
 * Gives numbers to things for as long as they last: ascending ones, so that a number comes back only after four thousand
 * million others.
 *
 * Not a Map: a Map that gains and loses entries all the time replaces its table again and again, and each table that V8
 * has moved to the old generation keeps what was in it from being collected. That promoted half of all calls and took a
 * fifth of the time. Here the low bits of the number are the place, and a place is overwritten when its thing is over.
 */
export class IdRing<T extends object> {
  #things: (T | undefined)[] = new Array<T | undefined>(FIRST_CAPACITY).fill(undefined);
  #ids = new Uint32Array(FIRST_CAPACITY);
  #size = 0;
  #last = 0;

  add(thing: T): number {
    if (this.#size * 2 >= this.#things.length) this.#grow();
    const mask = this.#things.length - 1;
    let id = this.#last;
    do id = id === LAST_ID ? 1 : id + 1;
    while (this.#things[id & mask] !== undefined);
    this.#last = id;
    this.#size += 1;
    this.#ids[id & mask] = id;
    this.#things[id & mask] = thing;
    return id;
  }

  has(id: number): boolean {
    const place = id & (this.#things.length - 1);
    return this.#ids[place] === id && this.#things[place] !== undefined;
  }

  /** Whether there is such a thing. */
  some(matches: (thing: T) => boolean): boolean {
    return this.#size > 0 && this.#things.some((thing) => thing !== undefined && matches(thing));
  }

  /** Puts another thing under a number that is taken. Returns the former one; without one, nothing happens. */
  replace(id: number, thing: T): T | undefined {
    const place = id & (this.#things.length - 1);
    const former = this.#ids[place] === id ? this.#things[place] : undefined;
    if (former !== undefined) this.#things[place] = thing;
    return former;
  }

  /** Takes the thing out, if it is there. */
  take(id: number): T | undefined {
    const place = id & (this.#things.length - 1);
    if (this.#ids[place] !== id) return undefined;
    const thing = this.#things[place];
    if (thing === undefined) return undefined;
    this.#things[place] = undefined;
    this.#size -= 1;
    return thing;
  }

  /** Takes everything out, the oldest first. */
  takeAll(): T[] {
    const places = [...this.#things.keys()].filter((place) => this.#things[place] !== undefined);
    const byAge = places.sort((one, other) => this.#age(other) - this.#age(one));
    const things = byAge.map((place) => this.#things[place] as T);
    this.#things.fill(undefined);
    this.#size = 0;
    return things;
  }

  /** How many numbers ago it came. */
  #age(place: number): number {
    return (this.#last - (this.#ids[place] as number)) >>> 0;
  }

  /** Numbers that differ in their low bits still do with one bit more. */
  #grow(): void {
    const { length } = this.#things;
    const things = new Array<T | undefined>(2 * length).fill(undefined);
    const ids = new Uint32Array(2 * length);
    for (const [place, thing] of this.#things.entries()) {
      if (thing === undefined) continue;
      const id = this.#ids[place] as number;
      ids[id & (2 * length - 1)] = id;
      things[id & (2 * length - 1)] = thing;
    }
    this.#things = things;
    this.#ids = ids;
  }
}
