import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A key and its certificate, both PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A self-signed certificate for 127.0.0.1 and localhost, new each time; needs the `openssl` command. */
export async function createSelfSignedCertificate(): Promise<Certificate> {
  const { stdout } = await promisify(execFile)("openssl", [
    ..."req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2 -subj /CN=localhost".split(
      " ",
    ),
    ..."-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout - -out -".split(" "),
  ]);
  return { key: pemBlock(stdout, "PRIVATE KEY"), cert: pemBlock(stdout, "CERTIFICATE") };
}

function pemBlock(text: string, label: string): string {
  const block = new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----\n`).exec(text)?.[0];
  if (block === undefined) throw new Error(`openssl wrote no ${label.toLowerCase()}`);
  return block;
}
