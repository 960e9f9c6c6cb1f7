import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseFormat } from "./accept.ts";

const cases: Record<string, [string | undefined, string]> = {
  "no header": [undefined, "json"],
  curl: ["*/*", "json"],
  "a browser": ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "json"],
  "a script": ["application/json, text/plain, */*", "json"],
  "Prometheus 2": [
    "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    "openmetrics",
  ],
  "Prometheus 3": [
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    "openmetrics",
  ],
  "the older text": ["text/plain; version=0.0.4", "prometheus"],
  "the older text, in capitals and quotes": ['TEXT/PLAIN; Version="0.0.4"', "prometheus"],
  "any plain text": ["text/plain", "prometheus"],
  "a version that we have not": ["text/plain; version=1.0.0", "json"],
  "JSON liked better": ["text/plain;q=0.5, application/json", "json"],
  "text liked better": ["application/json;q=0.5, text/plain", "prometheus"],
  "what is refused": ["text/plain;q=0", "json"],
  nonsense: [",;=;q=x,,//", "json"],
};
for (const [name, [accept, expected]] of Object.entries(cases)) {
  test(`${name}: ${expected}`, () => assert.equal(chooseFormat(accept), expected));
}
