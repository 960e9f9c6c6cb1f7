import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { GrpcError } from "../lib/grpc/status.ts";
import { runtimeErrorFrom } from "./classify.ts";
import {
  createDeadSocketWatch,
  decideSocketLost,
  isConnectionRefused,
  parseMountPoints,
  readMountedAsFile,
} from "./socket-mount.ts";

function failure(code: string): Error {
  const cause = Object.assign(new Error(`connect ${code} /run/c.sock`), { code });
  return runtimeErrorFrom(new GrpcError("UNAVAILABLE", cause.message, { cause }), "Version");
}

test("a socket that is a mount is lost after ten seconds of refusals, one in a mounted folder never", () => {
  const loss = { mountedAsFile: true, refusedSinceMs: 1000, everConnected: true };
  assert.equal(decideSocketLost({ ...loss, nowMs: 10_999 }), false);
  assert.equal(decideSocketLost({ ...loss, nowMs: 11_000 }), true);
  assert.equal(decideSocketLost({ ...loss, nowMs: 1e9, mountedAsFile: false }), false);
  assert.equal(decideSocketLost({ ...loss, nowMs: 1e9, refusedSinceMs: undefined }), false);
});

test("one that was never connected is waited for longer", () => {
  const loss = { mountedAsFile: true, refusedSinceMs: 0, everConnected: false };
  assert.equal(decideSocketLost({ ...loss, nowMs: 29_999 }), false);
  assert.equal(decideSocketLost({ ...loss, nowMs: 30_000 }), true);
});

test("tells a refused connection by the error's causes, not by its text", () => {
  assert.equal(isConnectionRefused(failure("ECONNREFUSED")), true);
  assert.equal(isConnectionRefused(failure("ENOENT")), false);
  assert.equal(isConnectionRefused(new Error("connect ECONNREFUSED")), false);
  assert.equal(isConnectionRefused(undefined), false);
});

test("counts from the first refusal after the last answer or other failure", () => {
  let nowMs = 0;
  const watch = createDeadSocketWatch(true, () => nowMs);
  const at = (ms: number, error: Error | undefined) => {
    nowMs = ms;
    return watch.note(error);
  };
  const refused = failure("ECONNREFUSED");
  assert.equal(at(0, undefined), false);
  assert.equal(at(1000, refused), false);
  assert.equal(at(9000, failure("ECONNRESET")), false);
  assert.equal(at(10_000, refused), false);
  assert.equal(at(19_999, refused), false);
  assert.equal(at(20_000, refused), true);
});

const mountinfo = `22 1 0:20 / / rw,relatime - overlay overlay rw
36 22 0:23 /containerd/containerd.sock /run/run\\040time/cri.sock rw - tmpfs tmpfs rw
`;

test("reads mount points with their escapes", () => {
  assert.deepEqual(parseMountPoints(mountinfo), ["/", "/run/run time/cri.sock"]);
});

test("finds out whether the socket itself is mounted", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "prestow-mount-"));
  t.after(() => rm(folder, { recursive: true }));
  const [socket, table] = [join(folder, "c.sock"), join(folder, "mountinfo")];
  await writeFile(socket, "");
  await writeFile(table, `${mountinfo}37 22 0:23 / ${folder} rw - tmpfs tmpfs rw\n`);
  assert.equal(await readMountedAsFile(socket, table), false);
  await writeFile(table, `${mountinfo}37 22 0:23 /c.sock ${socket} rw - tmpfs tmpfs rw\n`);
  assert.equal(await readMountedAsFile(socket, table), true);
  assert.equal(await readMountedAsFile(join(folder, "none"), table), false);
  assert.equal(await readMountedAsFile(socket, join(folder, "none")), false);
});
