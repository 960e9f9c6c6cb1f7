import assert from "node:assert/strict";
import { test } from "node:test";
import { type ListedImage, matchesImage } from "./match.ts";
import { parseReference } from "./reference.ts";

const digest = `sha256:${"a1".repeat(32)}`;
const otherDigest = `sha256:${"b2".repeat(32)}`;
const id = `sha256:${"c3".repeat(32)}`;

function listed(repoTags: string[], repoDigests: string[] = []): ListedImage {
  return { id, repoTags, repoDigests };
}

const cases: [title: string, text: string, image: ListedImage, matches: boolean][] = [
  ["a short name matches its normalized tag", "busybox", listed(["docker.io/library/busybox:latest"]), true],
  [
    "a normalized name matches a short one in the list",
    "docker.io/library/busybox:1",
    listed(["busybox:1"]),
    true,
  ],
  ["a name without tag matches a listed one without", "busybox:latest", listed(["busybox"]), true],
  ["any of several tags will do", "busybox:1", listed(["gcr.io/a/b:c", "docker.io/library/busybox:1"]), true],
  ["the Hub's old name is the same registry", "index.docker.io/a/b:1", listed(["docker.io/a/b:1"]), true],
  ["another tag does not match", "busybox:1", listed(["docker.io/library/busybox:1.36"]), false],
  [
    "another registry does not match",
    "quay.io/library/busybox:1",
    listed(["docker.io/library/busybox:1"]),
    false,
  ],
  ["another port does not match", "localhost:5000/a:1", listed(["localhost:5001/a:1"]), false],
  ["a repository that ends alike does not match", "a/app:1", listed(["docker.io/b/a/app:1"]), false],
  ["a name that holds ours does not match", "app:1", listed(["docker.io/library/app-extra:1"]), false],
  [
    "a digest matches repository@digest",
    `busybox@${digest}`,
    listed([], [`docker.io/library/busybox@${digest}`]),
    true,
  ],
  [
    "a digest matches a short name@digest",
    `docker.io/library/busybox@${digest}`,
    listed([], [`busybox@${digest}`]),
    true,
  ],
  [
    "a tag beside a digest is not compared",
    `busybox:1@${digest}`,
    listed(["busybox:2"], [`busybox@${digest}`]),
    true,
  ],
  [
    "another digest does not match",
    `busybox@${digest}`,
    listed(["busybox:latest"], [`busybox@${otherDigest}`]),
    false,
  ],
  ["the right tag does not make up for the digest", `busybox:1@${digest}`, listed(["busybox:1"]), false],
  [
    "the digest under another repository does not match",
    `a/b@${digest}`,
    listed([], [`docker.io/a/c@${digest}`]),
    false,
  ],
  [
    "a digest does not match in the list of tags",
    `a/b@${digest}`,
    listed([`docker.io/a/b@${digest}`]),
    false,
  ],
  ["a tag does not match in the list of digests", "a/b:1", listed([], ["docker.io/a/b:1"]), false],
  ["the image id is not the digest of its manifest", `a/b@${id}`, listed(["docker.io/a/b:latest"]), false],
  ["an image without names matches nothing", "busybox", listed([]), false],
  ["what is no reference matches nothing", "none", listed(["<none>:<none>", "", "none:", digest]), false],
];

for (const [title, text, image, matches] of cases) {
  test(title, () => assert.equal(matchesImage(parseReference(text), image), matches));
}
