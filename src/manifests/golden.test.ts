import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";
import { manifestOf } from "../../test/manifests/manifest-of.ts";
import { renderYaml } from "./yaml.ts";

const imageList = `# nightly
debian:12

quay.io/strimzi/kafka:latest-kafka-3.7.0
`;

interface Case {
  readonly argv: readonly string[];
  readonly imageList?: string;
}

// `node src/manifests/golden.test.ts --update` writes the files anew.
const cases: Record<string, Case> = {
  vanilla: { argv: ["my-images"] },
  "old-form": { argv: ["my-images", "v0.2.2", "vanilla"] },
  "old-form-ocp": { argv: ["my-images", "v0.2.2", "ocp", "pull"] },
  ocp: { argv: ["--k8s-flavor", "ocp", "--namespace", "prefetch-images", "--collect-metrics", "my-images"] },
  metrics: {
    argv: ["--collect-metrics", "--service-type=LoadBalancer", "--namespace=prefetch-images", "my-images"],
  },
  gke: {
    argv: ["--use-kubelet-image-credential-integration=GKE", "--namespace=prefetch-images", "my-images"],
  },
  crio: { argv: ["--runtime", "crio", "my-images"] },
  k3s: { argv: ["--runtime", "k3s", "--admission-policy=false", "my-images"] },
  "image-list": { argv: ["--namespace=prefetch-images", "my-images"], imageList },
  everything: {
    argv: [
      "my-images",
      ...[
        "--version",
        "v0.4.2-0.20251126115717-559dd9fd402f",
        "--image",
        "registry.example:5000/mirror/prestow",
      ],
      ...["--namespace", "prefetch-images", "--secret", "pull", "--collect-metrics", "--runtime", "rke2"],
      ...["--max-unavailable", "25%", "--max-parallel", "2", "--start-jitter", "90s"],
      ...["--node-selector", "pool=games,disk=", "--tolerations", "dedicated=games:NoSchedule,spot"],
      ...["--priority-class", "system-node-critical"],
      ...["--fetch-cpu-request", "50m", "--fetch-memory-limit", "512Mi", "--fetch-cpu-limit="],
      ...["--sleep-cpu-limit", "", "--sleep-memory-limit", "", "--sleep-memory-request", "4Mi"],
    ],
    imageList,
  },
};
const folder = new URL("testdata/", import.meta.url);
const update = process.argv.includes("--update");

for (const [name, { argv, imageList: list }] of Object.entries(cases)) {
  test(`the manifest of ${name} is the one on file, byte for byte`, () => {
    const text = renderYaml(manifestOf(argv, list));
    const file = new URL(`${name}.yaml`, folder);
    if (update) writeFileSync(file, text);
    assert.equal(text, readFileSync(file, "utf8"));
  });

  test(`the manifest of ${name} reads back as the objects it was made of`, () => {
    const objects = manifestOf(argv, list);
    for (const version of ["1.1", "1.2"] as const) {
      const documents = parseAllDocuments(renderYaml(objects), { version });
      assert.deepEqual(
        documents.map((document) => document.toJS()),
        objects,
      );
    }
  });
}

test("every manifest on file has its case", () => {
  assert.deepEqual(
    readdirSync(folder).sort(),
    Object.keys(cases)
      .map((name) => `${name}.yaml`)
      .sort(),
  );
});
