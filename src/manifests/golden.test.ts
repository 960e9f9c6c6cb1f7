import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";
import { agentManifestOf, manifestOf } from "../../test/manifests/manifest-of.ts";
import { renderYaml } from "./yaml.ts";

const imageList = `# nightly
debian:12

quay.io/strimzi/kafka:latest-kafka-3.7.0
`;

interface Case {
  readonly argv: readonly string[];
  readonly imageList?: string;
}

interface AgentCase extends Case {
  readonly agent: readonly string[];
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
const agentCases: Record<string, AgentCase> = {
  agent: { argv: ["--namespace=prefetch-images", "my-agent"], agent: [] },
  "agent-everything": {
    argv: [
      ...["--namespace=prefetch-images", "--runtime=k3s", "--secret=pull", "--max-unavailable=2"],
      ...[
        "--use-kubelet-image-credential-integration=GKE",
        "--priority-class=system-node-critical",
        "my-agent",
      ],
    ],
    agent: [
      ...["--source=fleets,workloads", "--selector=game=yes", "--pin", "--node-label=prestow.dev/images"],
      ...["--startup-taint", "prestow.dev/images-missing", "--pull-secret-namespace=prefetch-images"],
    ],
    imageList,
  },
  "agent-deployment": {
    argv: ["--kind=deployment", "--replicas=3", "--node-selector=pool=games", "my-agent"],
    agent: ["--events=false", "--metrics-bind-address=0"],
  },
  "agent-ocp": { argv: ["--k8s-flavor=ocp", "my-agent"], agent: ["--source=list"] },
  "agent-uninstall": {
    argv: ["--namespace=prefetch-images", "--uninstall", "my-agent"],
    agent: ["--pin", "--node-label=prestow.dev/images"],
  },
};
const folder = new URL("testdata/", import.meta.url);
const update = process.argv.includes("--update");

const manifests = new Map([
  ...Object.entries(cases).map(
    ([name, { argv, imageList: list }]) => [name, () => manifestOf(argv, list)] as const,
  ),
  ...Object.entries(agentCases).map(
    ([name, { argv, agent, imageList: list }]) => [name, () => agentManifestOf(argv, agent, list)] as const,
  ),
]);

for (const [name, create] of manifests) {
  test(`the manifest of ${name} is the one on file, byte for byte`, () => {
    const text = renderYaml(create());
    const file = new URL(`${name}.yaml`, folder);
    if (update) writeFileSync(file, text);
    assert.equal(text, readFileSync(file, "utf8"));
  });

  test(`the manifest of ${name} reads back as the objects it was made of`, () => {
    const objects = create();
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
  assert.deepEqual(readdirSync(folder).sort(), [...manifests.keys()].map((name) => `${name}.yaml`).sort());
});
