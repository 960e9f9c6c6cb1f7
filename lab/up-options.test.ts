import assert from "node:assert/strict";
import { test } from "node:test";
import { parseUpOptions } from "./up-options.ts";

test("without flags the lab chooses its containerd, and images are of 21 MB", () => {
  assert.deepEqual(parseUpOptions([], {}), { help: false, imageBytes: 21_000_000 });
});

test("the size comes from the flag, else from the environment", () => {
  const environment = { PRESTOW_LAB_IMAGE_BYTES: "5000" };
  assert.deepEqual(parseUpOptions([], environment), { help: false, imageBytes: 5000 });
  const options = parseUpOptions(["--image-bytes=6000", "--containerd", "debian"], environment);
  assert.deepEqual(options, { help: false, imageBytes: 6000, containerd: "debian" });
});

test("a cluster has two nodes where it is not said how many", () => {
  assert.deepEqual(parseUpOptions(["--cluster"], {}), { help: false, imageBytes: 21_000_000, nodes: 2 });
  const options = parseUpOptions(["--cluster", "--nodes", "3"], {});
  assert.deepEqual(options, { help: false, imageBytes: 21_000_000, nodes: 3 });
});

test("nodes without a cluster, none, or too many are refused", () => {
  const refused = { name: "ConfigError", message: /^--nodes/ };
  for (const args of [["--nodes=2"], ["--cluster", "--nodes=0"], ["--cluster", "--nodes=10"]])
    assert.throws(() => parseUpOptions(args, {}), refused);
});

test("help is a result", () => assert.deepEqual(parseUpOptions(["-h"], {}), { help: true }));

const mistakes: Record<string, RegExp> = {
  "--nonsense": /--nonsense/,
  "--containerd=crio": /--containerd "crio".*cached, debian, path/,
  "--image-bytes=1": /--image-bytes "1".*4096/,
  "--image-bytes=10MB": /--image-bytes "10MB"/,
  extra: /extra/,
};

for (const [argument, message] of Object.entries(mistakes)) {
  test(`${argument} is refused by name`, () => {
    assert.throws(() => parseUpOptions([argument], {}), { name: "ConfigError", message });
  });
}

test("a bad size in the environment is refused by the variable's name", () => {
  const environment = { PRESTOW_LAB_IMAGE_BYTES: "big" };
  assert.throws(() => parseUpOptions([], environment), {
    name: "ConfigError",
    message: /^PRESTOW_LAB_IMAGE_BYTES/,
  });
});
