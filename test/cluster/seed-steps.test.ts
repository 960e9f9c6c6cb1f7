import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { listMissing, pushFreshImages } from "./images.ts";
import { allNodes, removeNamespace } from "./instance.ts";
import { eventually, kubectl, labNodes, variable } from "./lab.ts";
import { createWorkspace } from "./workspace.ts";

// The steps of image-prefetcher's README as they are written there; only images come from the lab's registry.
const ns = "prefetch-images";
const [repository, version] = splitTag(variable("PRESTOW_LAB_IMAGE"));
const workspace = createWorkspace();
const { run } = workspace;

function splitTag(image: string): [string, string] {
  const colon = image.lastIndexOf(":");
  return [image.slice(0, colon), image.slice(colon + 1)];
}

async function writeList(): Promise<string[]> {
  const images = await pushFreshImages(2);
  await run("rm -f image-list.txt; echo '# two images' >> image-list.txt; echo >> image-list.txt");
  for (const image of images) await run(`echo ${image} >> image-list.txt`);
  return images;
}

async function createList(): Promise<void> {
  await run("kubectl create namespace prefetch-images");
  await run('kubectl create -n prefetch-images configmap my-images --from-file="images.txt=image-list.txt"');
}

async function assertFetched(images: readonly string[]): Promise<void> {
  await run("kubectl rollout -n prefetch-images status daemonset my-images --timeout 5m");
  const logs = await run("kubectl logs -n prefetch-images daemonset/my-images -c prefetch");
  for (const image of images) assert.ok(logs.includes(image), logs);
  for (const node of labNodes()) assert.deepEqual(await listMissing(node, images), [], node.name);
}

async function remove(): Promise<void> {
  await run(
    "! [ -f manifest.yaml ] || kubectl delete --ignore-not-found -n prefetch-images -f manifest.yaml",
  );
  await removeNamespace(ns);
  await kubectl("label", "nodes", "--all", "image-prefetcher.stackrox.io/my-images-");
}

async function readLabels(): Promise<Record<string, string>> {
  const key = "image-prefetcher\\.stackrox\\.io/my-images";
  const template = `jsonpath={range .items[*]}{.metadata.name} {.metadata.labels.${key}}{"\\n"}{end}`;
  const lines = (await kubectl("get", "nodes", "--output", template)).trim().split("\n");
  return Object.fromEntries(lines.map((line) => line.split(" ")));
}

before(remove);
after(async () => {
  await remove();
  workspace.remove();
});

test("the steps of the first releases, with name, version and flavor as arguments, fetch a list onto all nodes", async () => {
  const images = await writeList();
  await run(`prestow deploy --image ${repository} my-images ${version} vanilla > manifest.yaml`);
  await createList();
  await run("kubectl apply -n prefetch-images -f manifest.yaml");
  await assertFetched(images);
  await remove();
});

test("the steps with flags fetch a list onto all nodes, label them, and metrics are read at the load balancer's address", async () => {
  const images = await writeList();
  const flags = `--image ${repository} --version ${version} --collect-metrics --service-type LoadBalancer`;
  await run(`prestow deploy ${flags} --namespace prefetch-images my-images > manifest.yaml`);
  await createList();
  await run("kubectl apply -f manifest.yaml");
  await assertFetched(images);
  assert.deepEqual(await readLabels(), allNodes("succeeded"));
  await fillInIngress();
  await eventually(async () => {
    const results = JSON.parse(await run(metricsStep));
    assert.deepEqual(
      results.map(({ node, image }: Result) => `${node} ${image}`).sort(),
      labNodes()
        .flatMap(({ name }) => images.map((image) => `${name} ${image}`))
        .sort(),
    );
    assert.ok(results.every(({ error, size_bytes: size }: Result) => error === undefined && size > 0));
  });
});

interface Result {
  readonly node: string;
  readonly image: string;
  readonly error?: string;
  readonly size_bytes: number;
}

// What a cloud does for a Service of this type.
async function fillInIngress(): Promise<void> {
  const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: "10.78.0.2" }] } } });
  const patch = ["--subresource=status", "--type=merge", "--patch", status];
  await kubectl("patch", "service", "my-images-metrics", "--namespace", ns, ...patch);
}

const metricsStep = `
ns=${ns}
attempt=0
service="service/my-images-metrics"
while [[ -z $(kubectl -n "\${ns}" get "\${service}" -o jsonpath="{.status.loadBalancer.ingress}" 2>/dev/null) ]]; do
    if [ "$attempt" -lt "10" ]; then
        echo "Waiting for \${service} to obtain endpoint ..."
        ((attempt++))
        sleep 10
    else
        echo "Timeout waiting for \${service} to obtain endpoint!"
        exit 1
    fi
done
endpoint="$(kubectl -n "\${ns}" get "\${service}" -o json | jq -r '.status.loadBalancer.ingress[] | .ip')"
curl "http://\${endpoint}:8080/metrics" | jq
`;
