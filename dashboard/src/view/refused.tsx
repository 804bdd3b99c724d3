import type { JSX } from "preact";

/** For whoever came without the token, or with that of a dashboard that is gone. */
export function Refused({ isMissing }: { isMissing: boolean }): JSX.Element {
  return (
    <main class="refused">
      <h1>{isMissing ? "This address lacks its token" : "This token is not valid any more"}</h1>
      <p>
        Open the whole address that was printed when the dashboard was opened: it ends with <code>?token=</code> and the
        token. A tab keeps its token until it is closed; another one does not have it.
      </p>
      <p>
        To open the dashboard anew, run <code>pihost dashboard</code>, or call <code>kernel.dashboard()</code>.
      </p>
    </main>
  );
}
