import assert from "node:assert/strict";
import { test } from "node:test";
import { decideTag, parseImage } from "./image-name.ts";

const tags: Record<string, string> = {
  "v0.4.2-0.20251126115717-559dd9fd402f": "sha-559dd9f",
  "v0.4.2-0.20251126115717-559dd9f": "sha-559dd9f",
  "v0.4.2-0.20251126115717-559dd9": "v0.4.2-0.20251126115717-559dd9",
  "v0.4.2-rc.0.20251126115717-559dd9fd402f": "v0.4.2-rc.0.20251126115717-559dd9fd402f",
  "v0.4.2-0.20251126115717-559DD9FD402F": "v0.4.2-0.20251126115717-559DD9FD402F",
  "0.4.2-0.20251126115717-559dd9fd402f": "0.4.2-0.20251126115717-559dd9fd402f",
  "v0.4.2": "v0.4.2",
  "sha-559dd9f": "sha-559dd9f",
};
for (const [version, tag] of Object.entries(tags)) {
  test(`the version ${version} has the tag ${tag}`, () => assert.equal(decideTag(version), tag));
}

const flags = { image: "quay.io/a/b", version: undefined, defaultVersion: "v1.2.3", suffix: "" };
const digest = `sha256:${"a".repeat(64)}`;

test("takes the program's own version where none is given, with the suffix behind", () => {
  assert.equal(parseImage(flags), "quay.io/a/b:v1.2.3");
  assert.equal(parseImage({ ...flags, suffix: "-distro" }), "quay.io/a/b:v1.2.3-distro");
  assert.equal(
    parseImage({ ...flags, version: "v0.4.2-0.20251126115717-559dd9fd402f", suffix: "-distro" }),
    "quay.io/a/b:sha-559dd9f-distro",
  );
});

test("takes an image with a tag or a digest as it is", () => {
  assert.equal(
    parseImage({ ...flags, image: "localhost:5000/b:x", suffix: "-distro" }),
    "localhost:5000/b:x",
  );
  assert.equal(parseImage({ ...flags, image: `a/b@${digest}` }), `a/b@${digest}`);
});

test("does not choose between a tag and a version", () => {
  assert.throws(() => parseImage({ ...flags, image: "a/b:x", version: "v1" }), /^ConfigError: --image: .*$/);
});

for (const version of ["", "v1/2", "v1 2", "-v1", "v1:2", "v".repeat(129), "v1\n"]) {
  test(`refuses the version ${JSON.stringify(version)} in one line`, () =>
    assert.throws(() => parseImage({ ...flags, version }), {
      name: "ConfigError",
      message: /^--version: ".*" is no version: .*$/,
    }));
}

for (const image of ["", "a/B", "https://a/b", "a/b@sha256:1", "a b"]) {
  test(`refuses the image ${JSON.stringify(image)} in one line`, () =>
    assert.throws(() => parseImage({ ...flags, image }), {
      name: "ConfigError",
      message: /^--image: ".*" is no image: .*$/,
    }));
}
