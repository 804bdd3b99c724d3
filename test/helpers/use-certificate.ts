import { execFileSync } from "node:child_process";
import { useDirectory } from "./use-directory.js";

/** A certificate for localhost that signs itself, and its key, as paths of PEM files which go with the test. */
export function useCertificate(): { readonly cert: string; readonly key: string } {
  const folder = useDirectory();
  const [cert, key] = [`${folder}/cert.pem`, `${folder}/key.pem`];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const whose = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  execFileSync("openssl", ["req", ...kind, "-keyout", key, "-out", cert, ...whose], { stdio: "ignore" });
  return { cert, key };
}
