// Other people's proxies in front of an isolate, where the machine has them.
import { execFile, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** @typedef {{ name: string, base: string, stop: () => void }} Proxy */

/** Those that are here, each with one thread. @param {string} folder @param {string} address of the isolate @returns {Promise<Proxy[]>} */
export async function startProxies(folder, address) {
  const started = await Promise.all([startNginx(folder, address), startHaproxy(folder, address)]);
  return started.filter((proxy) => proxy !== undefined);
}

/** @param {string} folder @param {string} address @returns {Promise<Proxy | undefined>} */
async function startNginx(folder, address) {
  if (!(await isThere("nginx", "-v"))) return undefined;
  const port = await freePort();
  writeFileSync(
    join(folder, "nginx.conf"),
    `${process.getuid?.() === 0 ? "user root;" : ""} worker_processes 1; daemon off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;
     events { worker_connections 1024; }
     http { access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
       fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
       upstream isolate { server unix:${address}; keepalive 64; keepalive_requests 1000000; }
       server { listen 127.0.0.1:${port} http2; keepalive_requests 10000000; location / { grpc_pass grpc://isolate; } } }`,
  );
  const nginx = spawn("nginx", ["-c", join(folder, "nginx.conf"), "-p", folder], { stdio: "ignore" });
  await sleep(500);
  return { name: "nginx", base: `http://127.0.0.1:${port}`, stop: () => nginx.kill("SIGTERM") };
}

/** @param {string} folder @param {string} address @returns {Promise<Proxy | undefined>} */
async function startHaproxy(folder, address) {
  if (!(await isThere("haproxy", "-v"))) return undefined;
  const port = await freePort();
  const config = join(folder, "haproxy.cfg");
  writeFileSync(
    config,
    `global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen isolate
  bind 127.0.0.1:${port} proto h2
  server isolate unix@${address} proto h2
`,
  );
  const haproxy = spawn("haproxy", ["-db", "-f", config], { stdio: "ignore" });
  await sleep(500);
  return { name: "HAProxy", base: `http://127.0.0.1:${port}`, stop: () => haproxy.kill("SIGTERM") };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/** @param {string} program @param {string} flag */
export function isThere(program, flag) {
  return run(program, [flag]).then(
    () => true,
    () => false,
  );
}
