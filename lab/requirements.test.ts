import assert from "node:assert/strict";
import { test } from "node:test";
import { decideRequirements, type Machine } from "./requirements.ts";

const good: Machine = { platform: "linux", userId: 0, missingPrograms: [], canUnshare: true, sockets: [] };

test("a machine with all that is needed is no obstacle", () =>
  assert.equal(decideRequirements(good), undefined));

const obstacles: Record<string, [Partial<Machine>, RegExp]> = {
  "another system": [{ platform: "darwin", userId: 501 }, /needs Linux \(this is darwin\)/],
  "an ordinary user": [{ userId: 1000 }, /needs root/],
  "a missing program": [{ missingPrograms: ["flock", "unshare"] }, /needs flock, unshare on PATH/],
  "a forbidden namespace": [{ canUnshare: false }, /CAP_SYS_ADMIN/],
};

for (const [name, [difference, reason]] of Object.entries(obstacles)) {
  test(`${name} is said at once, with the way around`, () => {
    const message = decideRequirements({ ...good, ...difference }) ?? "";
    assert.match(message, reason);
    assert.match(message, /bin\/prestow fetch --cri-socket SOCKET/);
    assert.match(message, /none at the usual paths/);
  });
}

test("the socket of a runtime that runs already is offered by name", () => {
  const sockets = ["/run/k3s/containerd/containerd.sock", "/run/crio/crio.sock"];
  const message = decideRequirements({ ...good, userId: 1000, sockets }) ?? "";
  assert.match(message, /--cri-socket \/run\/k3s\/containerd\/containerd\.sock IMAGE/);
  assert.match(message, /Sockets found: .*, \/run\/crio\/crio\.sock/);
});
