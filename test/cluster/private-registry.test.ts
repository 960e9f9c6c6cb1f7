import assert from "node:assert/strict";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { labLogin } from "../../lab/registry-config.ts";
import { listMissing, pushPrivateImage } from "./images.ts";
import {
  allNodes,
  createInstance,
  createNamespace,
  type InstanceOptions,
  removeNamespace,
} from "./instance.ts";
import { kubectl, labNodes, variable } from "./lab.ts";

const namespace = "private-test";
const registry = variable("PRESTOW_LAB_PRIVATE");
const pluginFiles = ["etc/srv/kubernetes/cri_auth_config.yaml", "home/kubernetes/bin/lab-plugin"];

before(() => createNamespace(namespace));
after(() => removeNamespace(namespace));

async function createSecret(name: string, dockerConfig: string): Promise<void> {
  const data = `--from-literal=.dockerconfigjson=${dockerConfig}`;
  const type = "--type=kubernetes.io/dockerconfigjson";
  await kubectl("create", "secret", "generic", name, "--namespace", namespace, type, data);
}

/** Deploys for one private image, which every node then must have, and nothing secret in the log. */
async function assertFetches(options: Pick<InstanceOptions, "name" | "flags" | "imageFlags">): Promise<void> {
  const images = [await pushPrivateImage()];
  const instance = createInstance({ ...options, namespace, images });
  try {
    await instance.apply();
    await instance.rollout();
    for (const node of labNodes()) assert.deepEqual(await listMissing(node, images), [], node.name);
    assert.deepEqual(await instance.labels(), allNodes("succeeded"));
    assert.ok(!(await instance.logs()).includes(labLogin.password));
  } finally {
    await instance.remove();
  }
}

test("an image behind a login is fetched with the credentials of a pull secret", async () => {
  await createSecret("pull", readFileSync(variable("PRESTOW_LAB_DOCKER_CONFIG"), "utf8"));
  await assertFetches({ name: "private-secret", flags: ["--secret", "pull"] });
});

test("a wrong credential beside the right one does not keep an image away", async () => {
  const auth = (password: string) => ({ auth: btoa(`${labLogin.username}:${password}`) });
  // The longer name matches first.
  const auths = { [`${registry}/test`]: auth("wrong"), [registry]: auth(labLogin.password) };
  await createSecret("both", JSON.stringify({ auths }));
  await assertFetches({ name: "private-both", flags: ["--secret", "both"] });
});

const pluginConfig = `apiVersion: kubelet.config.k8s.io/v1
kind: CredentialProviderConfig
providers:
  - name: lab-plugin
    apiVersion: credentialprovider.kubelet.k8s.io/v1
    matchImages: ["${registry}"]
    defaultCacheDuration: 1m
    args: [get-credentials]
`;
const pluginResponse = {
  kind: "CredentialProviderResponse",
  apiVersion: "credentialprovider.kubelet.k8s.io/v1",
  cacheKeyType: "Registry",
  auth: { [registry]: { username: labLogin.username, password: labLogin.password } },
};
const plugin = `#!/bin/sh
[ "$1" = get-credentials ] || exit 1
cat > /dev/null
echo '${JSON.stringify(pluginResponse)}'
`;

test("a credential plugin of the host, where GKE has it, lets an image be fetched without any secret", async () => {
  const image = variable("PRESTOW_LAB_IMAGE");
  const colon = image.lastIndexOf(":");
  try {
    for (const { root } of labNodes()) {
      const [config = "", program = ""] = pluginFiles.map((path) => join(root, path));
      writeFileSync(config, pluginConfig);
      writeFileSync(program, plugin);
      chmodSync(program, 0o755);
    }
    await assertFetches({
      name: "private-plugin",
      imageFlags: ["--image", image.slice(0, colon), "--version", image.slice(colon + 1)],
      flags: ["--use-kubelet-image-credential-integration", "GKE"],
    });
  } finally {
    for (const { root } of labNodes())
      for (const path of pluginFiles) rmSync(join(root, path), { force: true });
  }
});
