import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../lib/config-error.ts";
import { asFlagError } from "./aggregate-metrics-error.ts";

const failed = (fields: object) => Object.assign(new Error("as it says"), fields);

const named: Record<string, [fields: object, flags: string]> = {
  "a port that is taken": [
    { code: "EADDRINUSE", syscall: "listen" },
    "--grpc-port, --http-port, --listen-address",
  ],
  "an address that is not known": [
    { code: "ENOTFOUND", syscall: "getaddrinfo" },
    "--grpc-port, --http-port, --listen-address",
  ],
  "a key that is no PEM": [{ code: "ERR_OSSL_PEM_NO_START_LINE" }, "--tls-cert-file, --tls-key-file"],
  "a key that is too small": [{ code: "ERR_SSL_EE_KEY_TOO_SMALL" }, "--tls-cert-file, --tls-key-file"],
};
for (const [name, [fields, flags]] of Object.entries(named)) {
  test(`${name} is a ConfigError that names the flags`, () => {
    const error = asFlagError(failed(fields));
    assert.ok(error instanceof ConfigError);
    assert.equal(error.message, `${flags}: as it says`);
  });
}

for (const error of [
  failed({ code: "EIO", syscall: "read" }),
  new TypeError("a mistake of ours"),
  "a text",
]) {
  test(`"${error}" is no flag's fault`, () => assert.equal(asFlagError(error), error));
}
