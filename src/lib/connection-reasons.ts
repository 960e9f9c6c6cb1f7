/** Why a connection failed, by the code of the system's error: what is the same for every server. */
export const connectionReasons: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "the connection was cut"],
  ["EPIPE", "the connection was cut"],
  ["ENOTFOUND", "its name cannot be resolved"],
  ["EAI_AGAIN", "its name cannot be resolved just now"],
  ["EHOSTUNREACH", "no route to it"],
  ["ENETUNREACH", "no route to it"],
  ["ETIMEDOUT", "no connection to it"],
  ["CERT_HAS_EXPIRED", "its certificate has expired; check the clock of this node"],
  ["CERT_NOT_YET_VALID", "its certificate is not valid yet; check the clock of this node"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "its certificate is for another address"],
]);

/** Codes of TLS: nobody whom we trust has signed the server's certificate. */
export const untrustedCodes: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_SIGNATURE_FAILURE",
]);
