import { AsyncResource } from "node:async_hooks";
import { Duplex } from "node:stream";

/** One end of a stream socket in memory. */
class MemoryDuplex extends Duplex {
  readonly #scope = new AsyncResource("MemoryDuplex");
  #peer: MemoryDuplex | undefined;
  /** Called when this end reads on: what came last has been taken. */
  #taken: (() => void) | undefined;

  join(peer: MemoryDuplex): void {
    this.#peer = peer;
  }

  override _read(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  /** A copy, in a turn of its own, and in no context of the writer's: as it comes through the system. */
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const copy = Buffer.from(chunk);
    const peer = this.#peer;
    if (peer === undefined) done();
    else setImmediate(() => peer.#receive(copy, done));
  }

  override _final(done: () => void): void {
    setImmediate(() => {
      this.#peer?.push(null);
      done();
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const peer = this.#peer;
    this.#peer = undefined;
    this._read();
    setImmediate(() => peer?.destroy());
    done(error);
  }

  #receive(chunk: Buffer, done: () => void): void {
    if (this.destroyed) {
      done();
      return;
    }
    if (chunk.length === 0) done();
    else {
      this.#taken = done;
      this.#scope.runInAsyncScope(() => this.push(chunk));
    }
  }
}

/** Two ends: what is written to one is read from the other. */
export function createMemoryDuplexes(): [Duplex, Duplex] {
  const [one, other] = [new MemoryDuplex(), new MemoryDuplex()];
  one.join(other);
  other.join(one);
  return [one, other];
}
