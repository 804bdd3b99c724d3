/** The inverse of an odd factor, modulo 2 ** 32. @param {number} factor */
function inverse(factor) {
  let result = factor;
  for (let step = 0; step < 5; step += 1) result = Math.imul(result, 2 - Math.imul(factor, result));
  return result;
}

const BY_2057 = inverse(2057);
const BY_5 = inverse(5);
const BY_32767 = inverse(32767);

/** The integer of which V8's `ComputeUnseededHash` is this, before that leaves out its upper bits. @param {number} hash */
function integerOf(hash) {
  let value = hash ^ (hash >>> 16);
  value = Math.imul(value, BY_2057);
  for (let round = value, step = 0; step < 8; step += 1) value = round ^ (value >>> 4);
  value = Math.imul(value, BY_5);
  for (let round = value, step = 0; step < 3; step += 1) value = round ^ (value >>> 12);
  return Math.imul(value + 1, BY_32767) | 0;
}

/** Integers that a Map or Set of V8 puts into one bucket, however many there are: finding one looks at all. @param {number} count */
export function collidingIntegers(count) {
  return Array.from({ length: count }, (_, index) => integerOf((index + 1) << 17)).filter(
    (integer) => integer >= -(2 ** 30) && integer < 2 ** 30,
  );
}
