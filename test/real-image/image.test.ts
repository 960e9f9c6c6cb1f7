import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { buildPrestowImage } from "../../lab/image/build.ts";
import { buildBundles } from "../../lab/image/bundle.ts";
import { parseMountsUnder } from "../../lab/mounts.ts";
import { version } from "../../src/version.ts";
import { startFakeRuntime } from "../cri/fake-runtime.ts";
import { waitFor } from "../real/wait-for.ts";
import { startTestRegistry } from "../registry/registry.ts";
import { runInside, startInside } from "./run-inside.ts";
import { createInstallContext, type UnpackedImage, unpackImage } from "./unpack.ts";

const launcher = "/usr/local/bin/prestow";
const library = "/usr/local/lib/prestow";
const bundle = `${library}/prestow.cjs`;

function useImage(variant: "distroless" | "distro"): () => UnpackedImage {
  let image: UnpackedImage | undefined;
  before(async () => {
    image = await unpackImage(variant);
  });
  after(() => image?.dispose());
  return () => {
    if (image === undefined) throw new Error("the image is there only while tests run");
    return image;
  };
}

function isAsleep(pid: number | undefined, name: string): boolean {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return new RegExp(`^Name:\\s+${name}$[^]*^State:\\s+S`, "m").test(status);
}

describe("the image", () => {
  const image = useImage("distroless");

  test("adds one launcher and two bundles to its base, which root owns and nobody else may write", () => {
    const entries = image().added.map((line) => line.split(/\s+/));
    const files = entries.filter(([mode]) => !mode?.startsWith("d"));
    assert.deepEqual(
      files.map(([mode, owner, , , , path]) => [mode, owner, `/${path}`]),
      [
        ["-rwxr-xr-x", "0/0", launcher],
        ["-rw-r--r--", "0/0", `${library}/agent.cjs`],
        ["-rw-r--r--", "0/0", bundle],
      ],
    );
  });

  test("holds the bundles of these sources", async () => {
    for (const [name, bytes] of await buildBundles())
      assert.deepEqual(readFileSync(join(image().root, library, name)), bytes);
  });

  test("runs as a user that is not root, of root's group, and only by the launcher", () => {
    const { User, Entrypoint, Cmd } = image().config;
    assert.deepEqual({ User, Entrypoint }, { User: "10001:0", Entrypoint: [launcher] });
    assert.deepEqual(Cmd ?? [], []);
    // The kubelet gives a runtime the number alone, and the runtime looks for the group here.
    const passwd = readFileSync(join(image().root, "etc/passwd"), "utf8");
    assert.equal(passwd.includes(`:${User?.split(":")[0]}:`), false);
  });

  test("has no shell", () => {
    for (const path of ["bin/sh", "bin/bash", "usr/bin/sh"])
      assert.equal(existsSync(join(image().root, path)), false);
  });

  test("starts Node.js with the bundle", async () => {
    const { stdout, stderr, code } = await runInside(image(), ["version"]);
    assert.deepEqual({ stdout, stderr, code }, { stdout: `prestow ${version}\n`, stderr: "", code: 0 });
  });

  test("without arguments prints help and exits with 2", async () => {
    const { stderr, code } = await runInside(image(), []);
    assert.match(stderr, /fetch/);
    assert.equal(code, 2);
  });

  test("sleeps in less than a megabyte, and ends with 0 within a second of SIGTERM", async () => {
    const child = startInside(image(), ["sleep"]);
    const status = () => readFileSync(`/proc/${child.pid}/status`, "utf8");
    await waitFor("the launcher waits", () => isAsleep(child.pid, "prestow"), 2_000);
    const residentKib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status())?.[1]);
    assert.match(status(), /^Uid:\s+10001\s/m);
    assert.ok(residentKib < 1_000, `${residentKib} KiB`);
    const late = setTimeout(() => child.kill("SIGKILL"), 1_000);
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "exit"), [0, null]);
    clearTimeout(late);
  });

  test("its user fetches over a socket that belongs to root:root with mode 0660", async () => {
    mkdirSync(join(image().root, "run"), { recursive: true });
    const socketPath = join(image().root, "run/cri.sock");
    const runtime = await startFakeRuntime({ socketPath });
    try {
      chmodSync(socketPath, 0o660);
      const { uid, gid, mode } = lstatSync(socketPath);
      assert.deepEqual([uid, gid, mode & 0o777], [0, 0, 0o660]);
      runtime.images.publish("registry.test/app:v1");
      const { code, stderr } = await runInside(image(), [
        "fetch",
        "--cri-socket",
        "/run/cri.sock",
        "registry.test/app:v1",
      ]);
      assert.equal(code, 0, stderr);
      assert.equal(runtime.images.list().length, 1);
    } finally {
      await runtime.close();
    }
  });

  test("the launcher needs no file beside itself to sleep, so it can be put into any image", async () => {
    const root = join(image().root, "alone");
    mkdirSync(root);
    copyFileSync(join(image().root, launcher), join(root, "sleep"));
    const child = startInside({ ...image(), root }, ["720h"], ["/sleep"]);
    await waitFor("it waits", () => isAsleep(child.pid, "sleep"), 2_000);
    child.kill("SIGINT");
    assert.deepEqual(await once(child, "exit"), [0, null]);
    rmSync(root, { recursive: true });
  });

  test("is pushed under a tag that names its content, and a second time neither built nor sent", async () => {
    const registry = await startTestRegistry();
    try {
      const options = { install: createInstallContext(), registry: registry.host };
      const first = await buildPrestowImage(options);
      registry.resetRecord();
      const second = await buildPrestowImage(options);
      assert.deepEqual(second, first);
      assert.match(first.reference, new RegExp(`^${registry.host}/prestow:${version}-[0-9a-f]{12}$`));
      assert.equal(first.digest, image().manifest.digest);
      assert.deepEqual(
        registry.requests().filter(({ method }) => method === "POST"),
        [],
      );
    } finally {
      await registry.close();
    }
  });

  test("its build leaves no mount and nothing but the image", () => {
    const mounts = readFileSync("/proc/self/mountinfo", "utf8");
    const left = parseMountsUnder(mounts, createInstallContext().cache);
    assert.deepEqual(
      left.filter((path) => /\/(image-|\.building-)/.test(path)),
      [],
    );
    assert.equal(existsSync(join(image().layout, "work")), false);
  });
});

describe("the image for credential plugins", () => {
  const image = useImage("distro");

  test("has a libc and a shell beside all that the other has", async () => {
    const script = 'id -u; id -g; echo "{}" | cat; prestow version';
    const { stdout, stderr, code } = await runInside(image(), ["-c", script], ["/bin/sh"]);
    assert.deepEqual(
      { stdout, stderr, code },
      { stdout: `10001\n0\n{}\nprestow ${version}\n`, stderr: "", code: 0 },
    );
  });
});
