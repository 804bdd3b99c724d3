// A client as anybody would write it: grpc-js, the .proto file, an address and a token. Nothing of ours is in it.
import { fileURLToPath } from "node:url";
import { credentials, loadPackageDefinition, Metadata } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

/**
 * grpc-js reads the methods from the .proto file, so no type says more of them.
 * @typedef {import("@grpc/grpc-js").Client & Record<string, Function>} Client
 * @typedef {new (address: string, how: import("@grpc/grpc-js").ChannelCredentials) => Client} Service
 * @typedef {{ shop: { v1: { Catalog: Service, Orders: Service, Storefront: Service } } }} Definition
 */

const { shop } = /** @type {Definition} */ (
  /** @type {unknown} */ (loadPackageDefinition(loadSync(fileURLToPath(new URL("shop.proto", import.meta.url)))))
);

/**
 * Three services in three processes; for a client one server at one address.
 *
 * @param {string} address such as `unix:///run/shop.sock`
 * @param {string} token
 */
export function connectShop(address, token) {
  const insecure = credentials.createInsecure();
  const catalog = new shop.v1.Catalog(address, insecure);
  const orders = new shop.v1.Orders(address, insecure);
  const storefront = new shop.v1.Storefront(address, insecure);
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${token}`);

  return {
    /** @param {string} sku */
    get: (sku) => ask(catalog, "get", { sku }),
    /** A stream of items. @param {string} contains */
    list: (contains) => catalog.list?.({ contains }, metadata, inTime()),
    /** @param {import("./gen/shop.ts").PlaceRequest} order */
    place: (order) => ask(orders, "place", order),
    /** Many orders on one stream, and one response. @param {readonly import("./gen/shop.ts").PlaceRequest[]} all */
    placeAll: (all) =>
      new Promise((resolve, reject) => {
        const call = orders.placeAll?.(metadata, inTime(), settle(resolve, reject));
        for (const order of all) call.write(order);
        call.end();
      }),
    /** @param {string} css */
    page: (css) => ask(storefront, "page", { css }),
    /** Both ways: texts are written to it, and answers read from it. */
    search: () => storefront.search?.(metadata, inTime()),
    close() {
      for (const client of [catalog, orders, storefront]) client.close();
    },
  };

  /** @param {Client} client @param {string} method @param {object} request @returns {Promise<unknown>} */
  function ask(client, method, request) {
    return new Promise((resolve, reject) => client[method]?.(request, metadata, inTime(), settle(resolve, reject)));
  }
}

/** The deadline goes along: each isolate on the way has what is left of it. */
function inTime() {
  return { deadline: Date.now() + 30_000 };
}

/** @param {(value: unknown) => void} resolve @param {(error: Error) => void} reject */
function settle(resolve, reject) {
  return (/** @type {Error | null} */ error, /** @type {unknown} */ response) =>
    error === null ? resolve(response) : reject(error);
}
