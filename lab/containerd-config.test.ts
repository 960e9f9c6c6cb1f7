import assert from "node:assert/strict";
import { test } from "node:test";
import {
  renderContainerdConfig,
  renderHosts,
  renderPlainHttpHosts,
  renderResolvConf,
} from "./containerd-config.ts";

const settings = {
  stateDir: "/s",
  socket: "/s/containerd.sock",
  snapshotter: "overlayfs",
  sandboxImage: "localhost/pause:1",
} as const;

for (const major of [1, 2]) {
  const config = renderContainerdConfig({ major, ...settings });

  test(`containerd ${major} is given private folders, its socket and nothing of the machine`, () => {
    for (const line of [
      'root = "/s/root"',
      'state = "/s/state"',
      'address = "/s/containerd.sock"',
      "imports = []",
    ]) {
      assert.ok(config.includes(line), line);
    }
    assert.match(config, /conf_dir = "\/s\/cni"/);
    assert.match(config, /config_path = "\/s\/certs\.d"/);
    assert.match(config, /disabled_plugins = \[.*"io\.containerd\.internal\.v1\.opt"/);
    assert.doesNotMatch(config, /"\/(etc|var|opt|run)\//);
  });

  test(`containerd ${major} is told its snapshotter and sandbox image, and not to lower OOM scores`, () => {
    assert.match(config, /snapshotter = "overlayfs"/);
    assert.match(config, /sandbox(_image)? = "localhost\/pause:1"/);
    assert.match(config, /restrict_oom_score_adj = true/);
  });
}

test("the configuration's version is 2 for containerd 1.x and 3 for 2.x, with each one's names of plugins", () => {
  const [old, current] = [1, 2].map((major) => renderContainerdConfig({ major, ...settings }));
  assert.match(old ?? "", /^version = 2\n[\s\S]*\[plugins\."io\.containerd\.grpc\.v1\.cri"\]/);
  assert.match(current ?? "", /^version = 3\n[\s\S]*\[plugins\."io\.containerd\.cri\.v1\.images"\]/);
});

test("quotes and backslashes in paths stay inside their strings", () => {
  const config = renderContainerdConfig({ major: 2, ...settings, stateDir: '/a"\\b' });
  assert.ok(config.includes(String.raw`root = "/a\"\\b/root"`));
});

test("a plain-HTTP registry's hosts.toml names its server and host by http", () => {
  const text = 'server = "http://h:1"\n\n[host."http://h:1"]\n  capabilities = ["pull", "resolve"]\n';
  assert.equal(renderPlainHttpHosts("h:1"), text);
});

test("the only name server is a loopback address", () => {
  assert.deepEqual(renderResolvConf().match(/nameserver .*/g), ["nameserver 127.255.255.53"]);
});

test("localhost and the given names are in the hosts file", () => {
  const text = "127.0.0.1 localhost\n::1 localhost\n127.0.0.2 registry.example\n";
  assert.equal(renderHosts({ "registry.example": "127.0.0.2" }), text);
});

test("a containerd that runs pods is given its folders and the one of its CNI plugins", () => {
  const folders = { root: "/r", state: "/t", registries: "/g", cniConfig: "/n", cniPlugins: "/p" };
  const [old, current] = [1, 2].map((major) => renderContainerdConfig({ major, ...settings, folders }));
  assert.match(old ?? "", /^root = "\/r"\nstate = "\/t"[\s\S]*conf_dir = "\/n"\n {4}bin_dir = "\/p"\n/m);
  assert.match(current ?? "", /config_path = "\/g"[\s\S]*conf_dir = "\/n"\n {4}bin_dirs = \["\/p"\]\n/);
});
