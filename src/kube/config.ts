/** Where the API server is, how it is trusted and who we are for it. */
export interface KubeConfig {
  /** `https://host:port/`, with a path where the server is behind one. */
  readonly server: URL;
  readonly tls: KubeTls;
  /** Undefined where a client certificate says who we are, or nothing does. */
  readonly token: TokenSource | undefined;
}

/** PEM texts and names, as Node's TLS takes them. */
export interface KubeTls {
  /** Undefined: the authorities that the system trusts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name that the certificate must have, where it is not the server's address. */
  readonly servername?: string;
  /** False: any certificate will do. */
  readonly rejectUnauthorized?: boolean;
}

/** A bearer token that may be replaced while we run. */
export interface TokenSource {
  /** The token as it is now; throws a `KubeError` unauthorized where there is none. */
  read(): Promise<string>;
  /** The same, straight from where it is kept: the server has refused the last one. */
  readAgain(): Promise<string>;
}
