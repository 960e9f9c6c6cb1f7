import assert from "node:assert/strict";
import { test } from "node:test";
import { manifestOf } from "../../test/manifests/manifest-of.ts";
import { commands } from "../cli/commands.ts";
import { fetchCommand } from "../cli/fetch-options.ts";
import { parseArguments } from "../cli/parse-arguments.ts";
import type { KubeObject } from "./kube-object.ts";

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts?: readonly { name: string; mountPath: string; readOnly: boolean }[];
}

interface PodSpec {
  readonly initContainers: readonly [Container];
  readonly containers: readonly [Container];
  readonly volumes: readonly { name: string; hostPath?: { path: string; type: string } }[];
  readonly automountServiceAccountToken: boolean;
}

function find(objects: readonly KubeObject[], kind: string): KubeObject {
  const found = objects.find((object) => object.kind === kind);
  assert.ok(found, `${kind} is missing`);
  return found;
}

function templateOf(object: KubeObject) {
  const { template } = object["spec"] as {
    template: { metadata: { annotations?: Record<string, string> }; spec: PodSpec };
  };
  return template;
}

function podOf(argv: readonly string[], list?: string): PodSpec {
  return templateOf(find(manifestOf(argv, list), "DaemonSet")).spec;
}

const kinds = (argv: readonly string[], list?: string) => manifestOf(argv, list).map(({ kind }) => kind);
const own = ["ServiceAccount", "ClusterRole", "ClusterRoleBinding", "DaemonSet"];
const policy = ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"];
const clusterKinds = ["ClusterRole", "ClusterRoleBinding", ...policy];

test("has a DaemonSet, its account, the access to nodes and the policy that narrows it", () => {
  assert.deepEqual(kinds(["a"]), [...policy, ...own]);
});

test("leaves the policy out on request", () => {
  assert.deepEqual(kinds(["--admission-policy=false", "a"]), own);
});

test("adds the ConfigMap only where the list is given, and the aggregator where metrics are collected", () => {
  const all = kinds(["--collect-metrics", "a"], "debian\n");
  assert.deepEqual(
    all.filter((kind) => ![...own, ...policy].includes(kind)),
    ["ConfigMap", "Deployment", "Service"],
  );
});

test("says the namespace on every namespaced object, or on none", () => {
  for (const flavor of ["vanilla", "ocp"]) {
    const argv = ["--k8s-flavor", flavor, "--collect-metrics", "a"];
    for (const { kind, metadata } of manifestOf([...argv, "--namespace", "games"], "x")) {
      assert.equal(metadata.namespace, clusterKinds.includes(kind) ? undefined : "games", kind);
    }
    assert.ok(manifestOf(argv, "x").every(({ metadata }) => !("namespace" in metadata)));
  }
});

test("without a namespace, the binding's subject and the policy's account are those of default", () => {
  const objects = manifestOf(["a"]);
  assert.deepEqual(find(objects, "ClusterRoleBinding")["subjects"], [
    { kind: "ServiceAccount", name: "a", namespace: "default" },
  ]);
  const text = JSON.stringify(find(objects, "ValidatingAdmissionPolicy"));
  assert.match(text, /request\.userInfo\.username == 'system:serviceaccount:default:a'/);
});

test("every container runs a subcommand that exists", () => {
  const objects = manifestOf(["--collect-metrics", "a"]);
  const pods = objects.filter(({ kind }) => ["DaemonSet", "Deployment"].includes(kind)).map(templateOf);
  const names = pods.flatMap(({ spec }) =>
    [...(spec.initContainers ?? []), ...spec.containers].map(({ args }) => args[0]),
  );
  assert.deepEqual(names, ["aggregate-metrics", "fetch", "sleep"]);
  const known = commands.map(({ name }) => name);
  assert.ok(names.every((name) => known.includes(name ?? "")));
});

test("fetch itself takes the flags it is given", () => {
  const argv = [
    ...["a", "--secret=pull", "--collect-metrics", "--use-kubelet-image-credential-integration=GKE"],
    ...["--max-parallel=7", "--start-jitter=1m30s", "--runtime=crio"],
  ];
  const [{ args }] = podOf(argv).initContainers;
  assert.equal(args[0], "fetch");
  const parsed = parseArguments(fetchCommand.options, args.slice(1));
  assert.ok(!parsed.help);
  assert.deepEqual(parsed.positionals, []);
  const { options } = parsed;
  assert.equal(options.dockerConfig, "/tmp/pull-secret/.dockerconfigjson");
  assert.equal(options.imageListFile, "/tmp/list/images.txt");
  assert.equal(options.criSocket, "/tmp/cri/crio.sock");
  assert.equal(options.metricsEndpoint, "a-metrics:8443");
  assert.equal(options.imageCredentialProviderConfig, "/tmp/credential-provider/cri_auth_config.yaml");
  assert.equal(options.imageCredentialProviderBinDir, "/tmp/credential-provider-bin");
  assert.deepEqual([options.maxParallel, options.startJitterMs], [7, 90_000]);
});

test("leaves fetch its own defaults where nothing is said", () => {
  assert.deepEqual(podOf(["a"]).initContainers[0].args, [
    "fetch",
    "--image-list-file=/tmp/list/images.txt",
    "--cri-socket=/tmp/cri/containerd.sock",
  ]);
});

const sockets: Record<string, readonly [readonly string[], string]> = {
  "of containerd": [[], "/var/run/containerd"],
  "of CRI-O on OpenShift": [["--k8s-flavor=ocp"], "/var/run/crio"],
  "of containerd on OpenShift where that is said": [
    ["--k8s-flavor=ocp", "--runtime=containerd"],
    "/var/run/containerd",
  ],
  "of K3s": [["--runtime=k3s"], "/run/k3s/containerd"],
  "of RKE2": [["--runtime=rke2"], "/run/k3s/containerd"],
};
for (const [name, [argv, path]] of Object.entries(sockets)) {
  test(`mounts the directory ${name}, read-only`, () => {
    const { volumes, initContainers } = podOf(["a", ...argv]);
    const name = "cri-socket-dir";
    assert.deepEqual(
      volumes.find((volume) => volume.name === name),
      { name, hostPath: { path, type: "Directory" } },
    );
    assert.deepEqual(
      initContainers[0].volumeMounts?.find((mount) => mount.name === name),
      { name, mountPath: "/tmp/cri", readOnly: true },
    );
  });
}

test("mounts nothing that can be written, and each volume once", () => {
  const argv = ["a", "--secret=pull", "--use-kubelet-image-credential-integration=GKE"];
  const { volumes, initContainers } = podOf(argv);
  const mounts = initContainers[0].volumeMounts ?? [];
  assert.ok(mounts.every(({ readOnly }) => readOnly));
  assert.deepEqual(
    mounts.map(({ name }) => name),
    volumes.map(({ name }) => name),
  );
  assert.equal(new Set(mounts.map(({ mountPath }) => mountPath)).size, mounts.length);
});

test("runs no container of a vanilla cluster as root or with a capability", () => {
  const objects = manifestOf(["--collect-metrics", "a"]);
  const pods = objects.filter(({ kind }) => ["DaemonSet", "Deployment"].includes(kind)).map(templateOf);
  const containers = pods.flatMap(({ spec }) => [...(spec.initContainers ?? []), ...spec.containers]);
  assert.equal(containers.length, 3);
  for (const { name, securityContext } of containers) {
    assert.deepEqual(
      { ...securityContext, runAsGroup: undefined },
      {
        runAsUser: 65532,
        runAsGroup: undefined,
        runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
      },
      name,
    );
    // Only fetch needs the group that may open the socket.
    assert.equal(securityContext["runAsGroup"], name === "prefetch" ? 0 : 65532);
  }
});

test("gives the token of the account to fetch alone", () => {
  const objects = manifestOf(["--collect-metrics", "a"]);
  assert.equal(find(objects, "ServiceAccount")["automountServiceAccountToken"], false);
  for (const kind of ["DaemonSet", "Deployment"]) {
    assert.equal(templateOf(find(objects, kind)).spec.automountServiceAccountToken, false);
  }
  const { initContainers, containers } = podOf(["a"]);
  const paths = initContainers[0].volumeMounts?.map(({ mountPath }) => mountPath);
  assert.ok(paths?.includes("/var/run/secrets/kubernetes.io/serviceaccount"));
  assert.equal(containers[0].volumeMounts, undefined);
});

test("on OpenShift only fetch is privileged, by an SCC that its account may use", () => {
  const objects = manifestOf(["--k8s-flavor=ocp", "a"]);
  const { metadata, spec } = templateOf(find(objects, "DaemonSet"));
  assert.deepEqual(metadata.annotations, { "openshift.io/required-scc": "privileged" });
  assert.equal(spec.initContainers[0].securityContext["privileged"], true);
  assert.equal("privileged" in spec.containers[0].securityContext, false);
  assert.match(JSON.stringify(find(objects, "Role")), /"resourceNames":\["privileged"\],"verbs":\["use"\]/);
});

test("two instances share nothing but the namespace on OpenShift", () => {
  const idsOf = (name: string) =>
    manifestOf(["--k8s-flavor=ocp", "--collect-metrics", "--namespace=x", name], "debian").map(
      ({ kind, metadata }) => `${kind}/${metadata.name}`,
    );
  const other = idsOf("b");
  assert.deepEqual(
    idsOf("a").filter((id) => other.includes(id)),
    [],
  );
});

test("a changed list changes the pod template, an equal one does not", () => {
  const annotationsOf = (list: string) =>
    templateOf(find(manifestOf(["a"], list), "DaemonSet")).metadata.annotations;
  assert.deepEqual(annotationsOf("debian:12\n"), annotationsOf("debian:12\n"));
  assert.notDeepEqual(annotationsOf("debian:12\n"), annotationsOf("debian:13\n"));
});

test("a hostile list stays the data of one key", () => {
  const list = "a\n---\nkind: Secret\n\u2028x: y\n";
  assert.deepEqual(find(manifestOf(["a"], list), "ConfigMap")["data"], { "images.txt": list });
});

test("pods of the aggregator are those that its Service selects, and it alone answers on its ports", () => {
  const objects = manifestOf(["--collect-metrics", "a"]);
  const service = find(objects, "Service")["spec"] as { selector: object; type: string };
  const deployment = find(objects, "Deployment")["spec"] as { selector: { matchLabels: object } };
  assert.deepEqual(service.selector, deployment.selector.matchLabels);
  assert.equal(service.type, "ClusterIP");
  const daemonSet = find(objects, "DaemonSet")["spec"] as { selector: { matchLabels: object } };
  assert.deepEqual(daemonSet.selector.matchLabels, { app: "a" });
});
