// What the isolates of windows.mjs run.
export const add = (a, b) => a + b;

export const pid = () => process.pid;

export const crash = (code) => process.exit(code);

export const size = (bytes) => bytes.byteLength;

export const twice = async (callback) => [await callback(1), await callback(2)];

export const fail = () => {
  throw new RangeError("too far", { cause: new Error("the map ended") });
};

export const spin = () => {
  for (;;);
};

export const say = (line) => console.log(line);

export const untilCancelled = (signal) =>
  new Promise((_, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop);
  });

export async function* count(last) {
  for (let number = 1; number <= last; number++) yield number;
}

/** For `pihost run`. */
export const main = ([code]) => Number(code);
