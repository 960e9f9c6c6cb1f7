import assert from "node:assert/strict";
import { test } from "node:test";
import { isMovingTag, normalizedName, parseReference, repositoryName } from "./reference.ts";

const hex64 = "0123456789abcdef".repeat(4);
const sha256 = `sha256:${hex64}`;
const sha384 = `sha384:${hex64}${hex64.slice(0, 32)}`;
const sha512 = `sha512:${hex64}${hex64}`;
const long = (length: number) => "a".repeat(length);

type Expected = [domain: string, path: string, tag?: string | undefined, digest?: string];

const valid: [text: string, ...expected: Expected][] = [
  ["debian", "docker.io", "library/debian"],
  ["debian:12", "docker.io", "library/debian", "12"],
  [`debian@${sha256}`, "docker.io", "library/debian", undefined, sha256],
  [`debian:12@${sha256}`, "docker.io", "library/debian", "12", sha256],
  [`debian@${sha384}`, "docker.io", "library/debian", undefined, sha384],
  [`debian@${sha512}`, "docker.io", "library/debian", undefined, sha512],
  ["library/debian", "docker.io", "library/debian"],
  ["docker.io/debian", "docker.io", "library/debian"],
  ["docker.io/library/debian", "docker.io", "library/debian"],
  ["index.docker.io/debian", "docker.io", "library/debian"],
  ["index.docker.io/grafana/loki:3", "docker.io", "grafana/loki", "3"],
  ["registry-1.docker.io/debian", "registry-1.docker.io", "debian"],
  ["grafana/loki", "docker.io", "grafana/loki"],
  ["a/b/c/d", "docker.io", "a/b/c/d"],
  ["docker/io", "docker.io", "docker/io"],
  ["quay.io/org/app:v1", "quay.io", "org/app", "v1"],
  ["ghcr.io/app", "ghcr.io", "app"],
  ["Docker/docker", "Docker", "docker"],
  ["REG.example/app", "REG.example", "app"],
  ["registry.k8s.io/pause:3.10", "registry.k8s.io", "pause", "3.10"],
  ["localhost", "docker.io", "library/localhost"],
  ["localhost/app", "localhost", "app"],
  ["localhost:5000", "docker.io", "library/localhost", "5000"],
  [`localhost:8080@${sha256}`, "docker.io", "library/localhost", "8080", sha256],
  ["localhost:5000/app", "localhost:5000", "app"],
  ["localhost:5000/app:1", "localhost:5000", "app", "1"],
  ["host:5000/app", "host:5000", "app"],
  ["host:0/app", "host:0", "app"],
  ["example.com", "docker.io", "library/example.com"],
  ["example.com:80", "docker.io", "library/example.com", "80"],
  ["10.0.0.1:5000/app", "10.0.0.1:5000", "app"],
  ["[::1]/app", "[::1]", "app"],
  ["[fc00::1]:5000/x/y:1", "[fc00::1]:5000", "x/y", "1"],
  ["[2001:DB8::1]/app", "[2001:DB8::1]", "app"],
  ["xn--bcher-kva.example/app", "xn--bcher-kva.example", "app"],
  ["a--b.example/app", "a--b.example", "app"],
  ["my_registry.local/app:1", "my_registry.local", "app", "1"],
  ["my_registry/app", "docker.io", "my_registry/app"],
  ["0/1", "docker.io", "0/1"],
  ["a.b", "docker.io", "library/a.b"],
  ["a_b/c__d/e-f/g---h", "docker.io", "a_b/c__d/e-f/g---h"],
  ["q.io/a.b_c-d__e", "q.io", "a.b_c-d__e"],
  ["app:_", "docker.io", "library/app", "_"],
  ["app:A.b-C_9", "docker.io", "library/app", "A.b-C_9"],
  ["app:1..2--", "docker.io", "library/app", "1..2--"],
  [`app:${long(128)}`, "docker.io", "library/app", long(128)],
  ["sha256:12", "docker.io", "library/sha256", "12"],
  [`docker.io/${sha256}`, "docker.io", "library/sha256", hex64],
  [`${hex64}:1`, "docker.io", `library/${hex64}`, "1"],
  [`a/${hex64}`, "docker.io", `a/${hex64}`],
  [hex64.slice(1), "docker.io", `library/${hex64.slice(1)}`],
  [long(247), "docker.io", `library/${long(247)}`],
  [`q.io/${long(255)}:1`, "q.io", long(255), "1"],
  [`${"a.".repeat(127)}b/app`, `${"a.".repeat(127)}b`, "app"],
  [`a_b.c/${long(249)}`, "a_b.c", long(249)],
];

for (const [text, domain, path, tag, digest] of valid) {
  test(`reads ${text.slice(0, 90)}`, () => {
    const expected = { text, domain, path, ...(tag && { tag }), ...(digest && { digest }) };
    assert.deepEqual(parseReference(text), expected);
  });
}

const names: [text: string, normalized: string, repository: string, moving: boolean][] = [
  ["debian", "docker.io/library/debian:latest", "docker.io/library/debian", true],
  ["debian:latest", "docker.io/library/debian:latest", "docker.io/library/debian", true],
  ["debian:12", "docker.io/library/debian:12", "docker.io/library/debian", false],
  ["debian:Latest", "docker.io/library/debian:Latest", "docker.io/library/debian", false],
  [`debian@${sha256}`, `docker.io/library/debian@${sha256}`, "docker.io/library/debian", false],
  [`debian:latest@${sha256}`, `docker.io/library/debian@${sha256}`, "docker.io/library/debian", false],
  [`q.io:1/a/b:2@${sha512}`, `q.io:1/a/b@${sha512}`, "q.io:1/a/b", false],
  ["index.docker.io/a", "docker.io/library/a:latest", "docker.io/library/a", true],
  ["[::1]:5/a", "[::1]:5/a:latest", "[::1]:5/a", true],
];

for (const [text, normalized, repository, moving] of names) {
  test(`names ${text.slice(0, 30)} as runtimes do, ${moving ? "moving" : "fixed"}`, () => {
    const ref = parseReference(text);
    assert.equal(normalizedName(ref), normalized);
    assert.equal(repositoryName(ref), repository);
    assert.equal(isMovingTag(ref), moving);
  });
}
