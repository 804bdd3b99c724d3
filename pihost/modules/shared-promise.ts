/**
 * The promise kept under `key`, or a new one from `start`, stored before it is awaited so that concurrent callers get
 * the same. One that rejects is forgotten.
 */
export function sharePromise<Key, Value>(
  promises: Map<Key, Promise<Value>>,
  key: Key,
  start: () => Promise<Value>,
): Promise<Value> {
  const known = promises.get(key);
  if (known !== undefined) return known;
  const started = start().catch((error: unknown) => {
    promises.delete(key);
    throw error;
  });
  promises.set(key, started);
  return started;
}
