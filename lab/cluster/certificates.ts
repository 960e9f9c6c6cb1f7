import { generateKeyPairSync } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../run-command.ts";

/** Who a certificate is for. To Kubernetes, the common name is a user and organizations are groups. */
export interface Subject {
  readonly commonName: string;
  readonly organization?: string;
  /** `DNS:…` and `IP:…`, for a server. */
  readonly altNames?: readonly string[];
}

/** A key and its certificate, as PEM files. */
export interface CertificateFiles {
  readonly keyFile: string;
  readonly certFile: string;
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function authorityFiles(folder: string): CertificateFiles {
  return certificateFiles(folder, "ca");
}

/** Where the key and the certificate of a name are in a folder. */
export function certificateFiles(folder: string, name: string): CertificateFiles {
  return { keyFile: join(folder, `${name}.key`), certFile: join(folder, `${name}.crt`) };
}

/** openssl's arguments that make a subject's certificate, for servers and clients. */
export function certificateArguments(subject: Subject): string[] {
  const organization = subject.organization === undefined ? "" : `/O=${subject.organization}`;
  const altNames = subject.altNames ?? [];
  return [
    "-subj",
    `${organization}/CN=${subject.commonName}`,
    "-addext",
    "extendedKeyUsage=serverAuth,clientAuth",
    ...(altNames.length === 0 ? [] : ["-addext", `subjectAltName=${altNames.join(",")}`]),
  ];
}

async function request(files: CertificateFiles, args: readonly string[]): Promise<CertificateFiles> {
  const output = ["-keyout", files.keyFile, "-out", files.certFile];
  await runCommand(["openssl", "req", "-x509", ...newKey, "-days", "30", ...args, ...output]);
  return files;
}

/** Makes a cluster's certificate authority and the key pair of its service account tokens in a private folder. */
export async function createAuthority(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await request(authorityFiles(folder), [...certificateArguments({ commonName: "prestow-lab" }).slice(0, 2)]);
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "sec1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  await writeFile(join(folder, "service-account.key"), privateKey, { mode: 0o600 });
  await writeFile(join(folder, "service-account.pub"), publicKey);
}

/** Issues a certificate by the authority in a folder, and keeps it there under a name. */
export function issueCertificate(folder: string, name: string, subject: Subject): Promise<CertificateFiles> {
  const { keyFile, certFile } = authorityFiles(folder);
  const authority = ["-CA", certFile, "-CAkey", keyFile];
  return request(certificateFiles(folder, name), [...authority, ...certificateArguments(subject)]);
}

/** A kubeconfig, as JSON, which is YAML, that holds a name's certificate and key themselves. */
export async function readKubeconfig(folder: string, name: string, server: string): Promise<string> {
  const base64 = async (file: string): Promise<string> => (await readFile(file)).toString("base64");
  const files = certificateFiles(folder, name);
  return renderKubeconfig({
    name,
    server,
    authority: await base64(authorityFiles(folder).certFile),
    certificate: await base64(files.certFile),
    key: await base64(files.keyFile),
  });
}

/** What a kubeconfig is made of; certificates and key are base64 of PEM. */
export interface KubeconfigParts {
  readonly name: string;
  readonly server: string;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** The text of a kubeconfig with one cluster, one user and one context. */
export function renderKubeconfig(parts: KubeconfigParts): string {
  const { name, server, authority, certificate, key } = parts;
  const user = { "client-certificate-data": certificate, "client-key-data": key };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "lab", cluster: { server, "certificate-authority-data": authority } }],
    users: [{ name, user }],
    contexts: [{ name: "lab", context: { cluster: "lab", user: name } }],
    "current-context": "lab",
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
