const KEY = "token";

/**
 * The token of this tab: from the address, out of which it is taken, or as it was kept. Not a cookie: a browser sends those of
 * 127.0.0.1 to every port of it, so to servers of other users, too. What a tab keeps belongs to this port alone, and nothing
 * but this page's code sends it.
 */
export function takeToken(): string | undefined {
  const { searchParams, pathname } = new URL(location.href);
  const given = searchParams.get("token");
  if (given !== null) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", pathname);
  }
  return given ?? sessionStorage.getItem(KEY) ?? undefined;
}
