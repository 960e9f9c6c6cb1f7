import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../lib/config-error.ts";
import { parseRegistries } from "./parse-registries.ts";

const parse = (text: string) => parseRegistries("PLAIN_HTTP_REGISTRIES", text);

test("registries may have commas, semicolons and white space between", () => {
  assert.deepEqual(parse(""), []);
  const hosts = ["10.77.0.1:5000", "registry.example.com", "localhost:1", "mirror:5000", "[::1]:5000"];
  assert.deepEqual(parse(` ${hosts.join(",")} ;`), hosts);
  assert.deepEqual(parse("a:1 b:2;c:3\nd:4"), ["a:1", "b:2", "c:3", "d:4"]);
});

test("what can be no registry of a reference is refused, without its password", () => {
  for (const text of ["http://a:1", "mirror", "a:1/shop", "a:port", "https://user:hunter2@a:1/"]) {
    const isClear = (error: unknown) =>
      error instanceof ConfigError &&
      /^PLAIN_HTTP_REGISTRIES: ".*" is no registry .*host:port/.test(error.message) &&
      !error.message.includes("hunter2");
    assert.throws(() => parse(text), isClear, text);
  }
});
