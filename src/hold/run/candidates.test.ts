import assert from "node:assert/strict";
import { test } from "node:test";
import { parseReference } from "../../image/reference.ts";
import { listCandidates } from "./candidates.ts";

const digest = `sha256:${"a".repeat(64)}`;
const held = (ref: string) => ({ name: "one", ref, image: parseReference(ref) });
const pinned = (ref: string, mode: "containers" | "volumes", known?: Parameters<typeof listCandidates>[2]) =>
  listCandidates([held(ref)], mode, known ?? (() => ({ digest })))[0];

test("containers name an image as it is written", () => {
  assert.equal(pinned("nginx:1", "containers")?.pinnedRef, "nginx:1");
});

test("volumes name an image by its digest, without the tag", () => {
  assert.equal(pinned("nginx:1", "volumes")?.pinnedRef, `docker.io/library/nginx@${digest}`);
});

test("a digest that is written is not asked for", () => {
  const other = `sha256:${"b".repeat(64)}`;
  const candidate = pinned(`a.io/b:1@${other}`, "volumes", () => assert.fail("asked"));
  assert.deepEqual([candidate?.pinnedRef, candidate?.digest], [`a.io/b@${other}`, other]);
});

test("an image whose digest is not known yet, or cannot be had, names nothing", () => {
  const failure = { kind: "denied", reason: "DigestUnknown", message: "no" } as const;
  assert.equal(pinned("a.io/b:1", "volumes", () => undefined)?.pinnedRef, undefined);
  assert.deepEqual(pinned("a.io/b:1", "volumes", () => ({ failure }))?.failure, failure);
});
