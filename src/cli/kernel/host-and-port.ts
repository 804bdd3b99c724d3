/** An address as people and URLs write it: `127.0.0.1:7070`, `[::1]:7070`. */
export function hostAndPort({ host, port }: { readonly host?: string; readonly port: number }): string {
  if (host === undefined) return String(port);
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
