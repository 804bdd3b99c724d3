/** @param {number} a @param {number} b */
export const add = (a, b) => a + b;

/** shop.v1.Store of shop.proto. @param {{ name: string }} request */
export const get = ({ name }) => ({ name, price: name.length });
/** @param {{ pages: number }} request */
export async function* pages({ pages }) {
  const bytes = Buffer.alloc(64 * 1024 - 64);
  for (let index = 0; index < pages; index += 1) yield { bytes };
}
