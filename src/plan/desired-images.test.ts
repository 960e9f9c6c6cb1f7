import assert from "node:assert/strict";
import { test } from "node:test";
import type { DesiredSet, RequestedImage, SourceState } from "../sources/source.ts";
import { createDesiredDecider, decideDesiredImages } from "./desired-images.ts";
import { parseImageGlob } from "./glob.ts";
import type { NodeFacts } from "./pod-placement.ts";

const everything = { include: [], exclude: [], ignoredTaints: [] };
const node: NodeFacts = { name: "n1", labels: { pool: "games" }, taints: [], diskPressure: false };

function request(ref: string, changed: Partial<RequestedImage> = {}): RequestedImage {
  return { ref, where: `w ${ref}`, owner: undefined, placement: undefined, pullSecrets: [], ...changed };
}

function setOf(images: readonly RequestedImage[], state: SourceState = "synced"): DesiredSet {
  return { source: "list", state, detail: undefined, images };
}

test("merges what names one image, in the order of the sources", () => {
  const first = request("redis:8");
  const short = request("nginx");
  const long = request("docker.io/library/nginx:latest");
  const { images, rejected, elsewhere } = decideDesiredImages(
    [setOf([first, short]), setOf([long])],
    node,
    everything,
  );
  assert.deepEqual(
    images.map(({ name, requests }) => [name, requests]),
    [
      ["docker.io/library/redis:8", [first]],
      ["docker.io/library/nginx:latest", [short, long]],
    ],
  );
  assert.equal(images[1]?.image.text, "nginx");
  assert.deepEqual([rejected, elsewhere], [[], 0]);
});

test("rejects what is no reference, without the password in it", () => {
  const bad = request("https://user:canary@registry.test/app");
  const { images, rejected } = decideDesiredImages([setOf([bad, request("a:1")])], node, everything);
  assert.deepEqual(
    images.map(({ name }) => name),
    ["docker.io/library/a:1"],
  );
  assert.match(rejected[0]?.reason ?? "", /scheme/);
  assert.doesNotMatch(rejected[0]?.request.ref ?? "canary", /canary/);
});

test("keeps the reason that a source gives", () => {
  const long = request("aaa…", { fault: "it is 5000 characters long" });
  const { rejected } = decideDesiredImages([setOf([long])], node, everything);
  assert.deepEqual(rejected, [{ request: long, reason: "it is 5000 characters long" }]);
});

test("an image is here as soon as the pods of one request could be", () => {
  const elsewhere = request("a:1", { placement: { nodeSelector: { pool: "web" } } });
  const here = request("a:1", { placement: { nodeSelector: { pool: "games" } } });
  const decide = (...images: RequestedImage[]) => decideDesiredImages([setOf(images)], node, everything);
  assert.deepEqual(decide(elsewhere).images, []);
  assert.equal(decide(elsewhere).elsewhere, 1);
  assert.deepEqual(decide(elsewhere, here).images[0]?.requests, [here]);
  assert.equal(decide(elsewhere, here).elsewhere, 1);
});

test("a node that is not known takes every image", () => {
  const bound = request("a:1", { placement: { nodeName: "n2" } });
  assert.equal(decideDesiredImages([setOf([bound])], undefined, everything).images.length, 1);
});

test("startup taints that the user names keep no image away", () => {
  const tainted = { ...node, taints: [{ key: "example.com/images", value: "", effect: "NoSchedule" }] };
  const sets = [setOf([request("a:1", { placement: {} })])];
  assert.equal(decideDesiredImages(sets, tainted, everything).images.length, 0);
  const ignoring = { ...everything, ignoredTaints: ["example.com/images"] };
  assert.equal(decideDesiredImages(sets, tainted, ignoring).images.length, 1);
});

test("takes what one pattern includes and none excludes", () => {
  const filters = {
    ...everything,
    include: [parseImageGlob("quay.io/*"), parseImageGlob("nginx")],
    exclude: [parseImageGlob("*-debug")],
  };
  const refs = ["nginx:1", "redis:8", "quay.io/team/app:1", "quay.io/team/app-debug:1"];
  const { images, elsewhere } = decideDesiredImages([setOf(refs.map((ref) => request(ref)))], node, filters);
  assert.deepEqual(
    images.map(({ image }) => image.text),
    ["nginx:1", "quay.io/team/app:1"],
  );
  assert.equal(elsewhere, 2);
});

for (const [states, complete] of [
  [[], true],
  [["synced", "synced"], true],
  [["synced", "waiting"], false],
  [["failing", "synced"], false],
] as const) {
  test(`sources that are ${states.join(" and ") || "none"} are ${complete ? "" : "not "}complete`, () => {
    const sets = states.map((state) => setOf([request("a:1")], state));
    assert.equal(decideDesiredImages(sets, node, everything).complete, complete);
  });
}

test("answers the same object while nothing changes, and a new one after a change", () => {
  const decide = createDesiredDecider(everything);
  const sets = [setOf([request("a:1")]), setOf([])];
  const first = decide(sets, node);
  assert.equal(decide([...sets], node), first);
  assert.notEqual(decide(sets, { ...node }), first);
  const changed = decide([setOf([request("a:1"), request("b:1")]), setOf([])], node);
  assert.deepEqual(
    changed.images.map(({ name }) => name),
    ["docker.io/library/a:1", "docker.io/library/b:1"],
  );
  assert.deepEqual(decide([], node).images, []);
  const one = setOf([request("a:1")]);
  assert.equal(decide([one], node).images.length, 1);
  assert.equal(decide([one, setOf([request("b:1")])], node).images.length, 2);
});

test("one that asks again gets what the pure decision says, whatever was asked before", () => {
  const filters = { ...everything, exclude: [parseImageGlob("*b*")] };
  const decide = createDesiredDecider(filters);
  for (const refs of [["a:1", "b:1"], ["b:1", "A B"], ["c:1", "a:1", "c:1"], [], ["a:1"]]) {
    const sets = [setOf(refs.map((ref) => request(ref)))];
    assert.deepEqual(decide(sets, node), decideDesiredImages(sets, node, filters));
  }
});
