import assert from "node:assert/strict";
import { test } from "node:test";
import { agentManifestOf } from "../../../test/manifests/manifest-of.ts";
import { agentCommand } from "../../cli/agent-options.ts";
import { parseArguments } from "../../cli/parse-arguments.ts";
import { unpinCommand } from "../../cli/unpin-options.ts";
import { ConfigError } from "../../lib/config-error.ts";
import type { KubeObject } from "../kube-object.ts";

interface Container {
  readonly args: readonly string[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts: readonly { readonly name: string; readonly readOnly?: boolean }[];
  readonly readinessProbe?: object;
  readonly ports?: readonly { readonly containerPort: number }[];
}

interface Pod {
  readonly initContainers?: readonly Container[];
  readonly containers: readonly [Container];
  readonly affinity?: object;
  readonly nodeSelector?: object;
  readonly tolerations?: readonly object[];
}

interface Rule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const kindsOf = (objects: readonly KubeObject[]) => objects.map(({ kind }) => kind);

function find(objects: readonly KubeObject[], kind: string): KubeObject {
  const found = objects.find((object) => object.kind === kind);
  assert.ok(found, `${kind} is missing`);
  return found;
}

function podOf(objects: readonly KubeObject[], kind = "DaemonSet"): Pod {
  const { template } = find(objects, kind)["spec"] as { template: { spec: Pod } };
  return template.spec;
}

function rulesOf(agent: readonly string[], argv: readonly string[] = ["a"]): Record<string, string> {
  const rules = find(agentManifestOf(argv, agent), "ClusterRole")["rules"] as Rule[];
  return Object.fromEntries(rules.map(({ resources, verbs }) => [resources.join(), verbs.join()]));
}

test("by default the account may watch Fleets and nodes, and write events, and no more", () => {
  assert.deepEqual(rulesOf([]), { fleets: "list,watch", nodes: "list,watch", events: "create" });
});

test("a source that is not asked for is not to be watched", () => {
  const workloads = {
    "deployments,statefulsets,daemonsets": "list,watch",
    "jobs,cronjobs": "list,watch",
    nodes: "list,watch",
  };
  assert.deepEqual(rulesOf(["--source=workloads", "--events=false"]), workloads);
  assert.deepEqual(rulesOf(["--source=list", "--events=false"]), { nodes: "list,watch" });
});

for (const [flag, verbs] of [
  ["--node-label=a.b/c", "list,watch,patch"],
  ["--startup-taint=a.b/c", "get,list,watch,patch"],
] as const) {
  test(`nodes may be changed with ${flag} alone, and a policy narrows that`, () => {
    assert.equal(rulesOf([flag])["nodes"], verbs);
    const policies = agentManifestOf(["a"], [flag, "--events=false"]).filter(({ kind }) =>
      /Policy$/.test(kind),
    );
    assert.match(JSON.stringify(policies), /a\.b\/c/);
    const without = agentManifestOf(["--admission-policy=false", "a"], [flag]);
    assert.ok(without.every(({ kind }) => !kind.startsWith("Validating")));
  });
}

test("without a label the policy lets none be changed, without a taint none be taken away", () => {
  const textOf = (flag: string) => JSON.stringify(agentManifestOf(["a"], [flag])[0]);
  assert.match(textOf("--startup-taint=a.b/c"), /no label may be changed/);
  assert.match(textOf("--node-label=a.b/c"), /the node's spec may not be changed/);
});

test("what counts in one namespace alone is watched there alone", () => {
  const agent = ["--namespace=games", "--events=false"];
  assert.deepEqual(rulesOf(agent), { nodes: "list,watch" });
  const { metadata, rules } = find(agentManifestOf(["a"], agent), "Role");
  assert.deepEqual([metadata.namespace, JSON.stringify(rules).includes("fleets")], ["games", true]);
  assert.deepEqual(rulesOf(["--namespace=games,other", "--events=false"])["fleets"], "list,watch");
  assert.ok(!kindsOf(agentManifestOf(["a"], ["--namespace=games", "--source=list"])).includes("Role"));
});

test("secrets are got in the namespaces that were chosen, by a Role in each", () => {
  assert.ok(!kindsOf(agentManifestOf(["a"])).includes("Role"));
  const objects = agentManifestOf(["--namespace=games", "a"], ["--pull-secret-namespace=x,y"]);
  const roles = objects.filter(({ kind }) => kind === "Role");
  assert.deepEqual(
    roles.map(({ metadata, ...rest }) => [metadata.namespace, rest["rules"]]),
    ["x", "y"].map((namespace) => [namespace, [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }]]),
  );
  assert.doesNotMatch(JSON.stringify(find(objects, "ClusterRole")), /secrets/);
});

test("the agent takes the flags that it is given", () => {
  const argv = ["--secret=pull", "--use-kubelet-image-credential-integration=GKE", "--runtime=crio", "a"];
  const [{ args }] = podOf(agentManifestOf(argv, ["--source=fleets,list", "--pin"])).containers;
  assert.equal(args[0], "agent");
  const parsed = parseArguments(agentCommand.options, args.slice(1));
  assert.ok(!parsed.help);
  const { criSocket, imageListFile, dockerConfig, pin, imageCredentialProviderBinDir } = parsed.options;
  assert.deepEqual(
    [criSocket, imageListFile, dockerConfig, pin, imageCredentialProviderBinDir],
    [
      "/tmp/cri/crio.sock",
      "/tmp/list/images.txt",
      "/tmp/pull-secret/.dockerconfigjson",
      true,
      "/tmp/credential-provider-bin",
    ],
  );
});

test("is root in its container without any of root's privileges, and writes its state alone", () => {
  const [{ securityContext, volumeMounts }] = podOf(agentManifestOf(["--secret=s", "a"])).containers;
  assert.deepEqual(securityContext, {
    runAsUser: 0,
    runAsGroup: 0,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  });
  const writable = volumeMounts.filter(({ readOnly }) => readOnly !== true).map(({ name }) => name);
  assert.deepEqual(writable, ["state"]);
});

test("probes ask on the port of the metrics, and there are none without it", () => {
  const withPort = podOf(agentManifestOf(["a"], ["--metrics-bind-address=:9000"])).containers[0];
  assert.deepEqual(withPort.ports, [{ name: "metrics", containerPort: 9000 }]);
  const without = podOf(agentManifestOf(["a"], ["--metrics-bind-address=0"])).containers[0];
  assert.deepEqual([without.ports, without.readinessProbe], [undefined, undefined]);
});

test("probes are answered at addresses of IPv6, too, unless a flag says where", () => {
  const argsOf = (agent: readonly string[]) =>
    podOf(agentManifestOf(["a"], agent)).containers[0].args.slice(2);
  assert.deepEqual(argsOf(["--pin"]), ["--metrics-bind-address=:8095", "--pin"]);
  assert.deepEqual(argsOf(["--metrics-bind-address=0.0.0.0:9"]), ["--metrics-bind-address=0.0.0.0:9"]);
});

test("a list's change rolls no pod: the agent reads it itself", () => {
  const templateOf = (list: string) => podOf(agentManifestOf(["a"], [], list));
  assert.deepEqual(templateOf("debian:12\n"), templateOf("debian:13\n"));
});

test("a Deployment has its nodes by affinity, and never two pods on one", () => {
  const objects = agentManifestOf(["--kind=deployment", "--replicas=2", "--node-selector=pool=games", "a"]);
  assert.ok(!kindsOf(objects).includes("DaemonSet"));
  const pod = podOf(objects, "Deployment");
  assert.equal(pod.nodeSelector, undefined);
  assert.match(JSON.stringify(pod.affinity), /"key":"pool","operator":"In","values":\["games"\]/);
  assert.match(JSON.stringify(pod.affinity), /podAntiAffinity.*kubernetes\.io\/hostname/);
});

test("an agent tolerates its startup taint, whatever else it tolerates", () => {
  const tolerationsOf = (flag: string, agent: readonly string[]) =>
    podOf(agentManifestOf([flag, "a"], agent)).tolerations;
  const ours = { key: "a/b", operator: "Exists" };
  assert.deepEqual(tolerationsOf("--tolerations=", ["--startup-taint=a/b"]), [ours]);
  const narrow = tolerationsOf("--tolerations=a/b:NoSchedule", ["--startup-taint=a/b"]);
  assert.deepEqual(narrow, [{ ...ours, effect: "NoSchedule" }, ours]);
  assert.deepEqual(tolerationsOf("--tolerations=a/b", ["--startup-taint=a/b"]), [ours]);
  assert.deepEqual(tolerationsOf("--max-unavailable=1", ["--startup-taint=a/b"]), [{ operator: "Exists" }]);
  assert.deepEqual(tolerationsOf("--tolerations=", []), []);
});

test("uninstall runs unpin on each node, with the label's key and leave to take it away", () => {
  const objects = agentManifestOf(["--uninstall", "a"], ["--pin", "--node-label=a.b/c"]);
  const daemonSet = find(objects, "DaemonSet");
  assert.equal(daemonSet.metadata.name, "a-uninstall");
  const args = podOf(objects).initContainers?.[0]?.args ?? [];
  const parsed = parseArguments(unpinCommand.options, args.slice(1));
  assert.ok(!parsed.help);
  assert.deepEqual([args[0], parsed.options.all, parsed.options.nodeLabel], ["unpin", true, "a.b/c"]);
  assert.match(JSON.stringify(find(objects, "ClusterRole")), /patch/);
});

test("two agents share nothing", () => {
  const idsOf = (name: string) =>
    agentManifestOf(["--namespace=x", "--k8s-flavor=ocp", name], ["--node-label=a/b"], "debian").map(
      ({ kind, metadata }) => `${kind}/${metadata.name}`,
    );
  const other = idsOf("b");
  assert.deepEqual(
    idsOf("a").filter((id) => other.includes(id)),
    [],
  );
});

const mistakes: Record<string, readonly [readonly string[], readonly string[], RegExp]> = {
  "no name": [[], [], /^NAME: it is missing/],
  "a name whose label would be too long": [["a".repeat(54)], [], /^NAME: .* at most 53/],
  "an agent's flag before the --": [["a", "b"], [], /^NAME: .*behind --/],
  "a flag that the manifest sets": [["a"], ["--cri-socket=/x"], /^--cri-socket: .*--runtime/],
  "a list file of its own": [["a"], ["--image-list-file=/x"], /^--image-list-file: .*--image-list/],
  "a flag of fetch": [["--max-parallel=2", "a"], [], /^--max-parallel: .*behind the --/],
  "a bad flag of the agent": [["a"], ["--max-pinned=x"], /^--max-pinned: "x"/],
  "a question": [["a"], ["--help"], /prestow agent --help/],
  "a name whose ClusterRole Kubernetes has": [["view"], [], /^NAME: "view" is a ClusterRole/],
  "probes that ask where nobody listens": [
    ["a"],
    ["--metrics-bind-address=127.0.0.1:8095"],
    /^--metrics-bind-address: .*probes/,
  ],
  "probes that ask at any port": [["a"], ["--metrics-bind-address=:0"], /^--metrics-bind-address: /],
  "a folder for the record that is not mounted": [["a"], ["--state-dir=/x"], /^--state-dir: .*mounts/],
};
for (const [name, [argv, agent, message]] of Object.entries(mistakes)) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => agentManifestOf(argv, agent),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
  });
}
