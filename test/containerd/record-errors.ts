import { writeFile } from "node:fs/promises";
import { buildImage, buildIndex } from "../../lab/images/build.ts";
import { createChannel } from "../../src/lib/grpc/channel.ts";
import { GrpcError } from "../../src/lib/grpc/status.ts";
import * as cri from "../../src/runtime/gen/cri.ts";
import { createSelfSignedCertificate } from "../registry/certificate.ts";
import type { Fault } from "../registry/fault.ts";
import { startTestRegistry, type TestRegistry } from "../registry/registry.ts";
import { containerdMatrix, startTestContainerd, type TestContainerd } from "./matrix.ts";

// Records what real containerds say to each fault into src/runtime/testdata/containerd-errors.json, which
// the test of the classification reads: `node test/containerd/record-errors.ts`.

/** One message of one runtime; digests are as on the day, addresses and folders are made alike. */
export interface RecordedError {
  readonly runtime: string;
  readonly fault: string;
  readonly code: string;
  readonly message: string;
}

const deadlineMs = 8000;
const layer = { seed: "recorded", sizeBytes: 3_000_000 };
const statuses = [401, 403, 404, 429, 500, 502, 503];

const faults: Record<string, { on: "blob" | "manifest" | "any"; fault: Fault }> = {
  ...Object.fromEntries(
    statuses.flatMap((status) => [
      [`${status} on the manifest`, { on: "manifest", fault: { kind: "status", status } }],
      [`${status} on a blob`, { on: "blob", fault: { kind: "status", status } }],
    ]),
  ),
  "429 with Retry-After": {
    on: "any",
    fault: { kind: "status", status: 429, headers: { "retry-after": "7" } },
  },
  "reset on the manifest": { on: "manifest", fault: { kind: "reset" } },
  "reset in a blob": { on: "blob", fault: { kind: "reset", afterBytes: 100_000 } },
  "truncated blob": { on: "blob", fault: { kind: "truncate", afterBytes: 100_000 } },
  "blob declared too short": {
    on: "blob",
    fault: { kind: "truncate", afterBytes: 100_000, contentLength: "short" },
  },
  "wrong digest of a blob": { on: "blob", fault: { kind: "corrupt" } },
  "wrong digest of a manifest": { on: "manifest", fault: { kind: "corrupt" } },
  "redirect loop": { on: "any", fault: { kind: "redirect-loop" } },
  "redirect loop of a blob": { on: "blob", fault: { kind: "redirect-loop" } },
};

async function pull(containerd: TestContainerd, image: string, auth?: Partial<cri.AuthConfig>) {
  const channel = createChannel({ target: { path: containerd.socket } });
  const request = cri.PullImageRequest.encode({
    image: { image },
    auth: auth && {
      username: "",
      password: "",
      serverAddress: "",
      identityToken: "",
      registryToken: "",
      ...auth,
    },
  });
  try {
    await channel.call("/runtime.v1.ImageService/PullImage", request.finish(), { timeoutMs: deadlineMs });
    return { code: "OK", message: "" };
  } catch (error) {
    if (!(error instanceof GrpcError)) throw error;
    return { code: error.code, message: error.message };
  } finally {
    channel.close();
  }
}

async function recordFaults(containerd: TestContainerd, registry: TestRegistry): Promise<RecordedError[]> {
  const runtime = `containerd ${containerd.version}`;
  const recorded: RecordedError[] = [];
  const record = async (fault: string, image: string, auth?: Partial<cri.AuthConfig>) => {
    recorded.push({ runtime, fault, ...(await pull(containerd, image, auth)) });
  };
  for (const [index, [name, { on, fault }]] of Object.entries(faults).entries()) {
    const repository = `faults/f${index}`;
    registry.add(repository, "v1", buildImage({ layers: [{ ...layer, seed: `${name} ${containerd.pid}` }] }));
    registry.fault(repository, { on, ...fault });
    await record(name, `${registry.host}/${repository}:v1`);
  }
  registry.add("plain/app", "v1", buildImage({ layers: [{ seed: "plain", sizeBytes: 1000 }] }));
  await record("no such tag", `${registry.host}/plain/app:none`);
  await record("no such digest", `${registry.host}/plain/app@sha256:${"0".repeat(64)}`);
  await record("no such repository", `${registry.host}/none/app:v1`);
  await record("unparsable reference", `${registry.host}/Plain/App:v1`);
  await record("unresolvable name", "registry.invalid/app:v1");
  await record("connection refused", "127.0.0.1:1/app:v1");
  registry.protect("basic/app", { scheme: "basic", username: "u", password: "p" });
  await record("basic, anonymous", `${registry.host}/basic/app:v1`);
  const wrong = { username: "u", password: "wrong", serverAddress: `http://${registry.host}` };
  await record("basic, wrong password", `${registry.host}/basic/app:v1`, wrong);
  registry.protect("bearer/app", { scheme: "bearer", username: "u", password: "p" });
  await record("bearer, anonymous", `${registry.host}/bearer/app:v1`);
  await record("bearer, wrong password", `${registry.host}/bearer/app:v1`, wrong);
  registry.fault("bearer/app", { on: "token", kind: "status", status: 503 });
  await record("503 of the token service", `${registry.host}/bearer/app:v1`, wrong);
  registry.clearFaults();
  const other = { platform: "linux/s390x", image: buildImage({ layers: [layer], platform: "linux/s390x" }) };
  registry.add("platform/app", "v1", buildIndex([other]));
  await record("no image for this platform", `${registry.host}/platform/app:v1`);
  return recorded;
}

async function recordTls(containerd: TestContainerd): Promise<RecordedError> {
  const registry = await startTestRegistry({ tls: await createSelfSignedCertificate() });
  try {
    // localhost would be tried over plain HTTP.
    const port = registry.host.split(":")[1];
    const image = `registry.test:${port}/app:v1`;
    return {
      runtime: `containerd ${containerd.version}`,
      fault: "unknown certificate",
      ...(await pull(containerd, image)),
    };
  } finally {
    await registry.close();
  }
}

async function recordRuntime(kind: (typeof containerdMatrix)[number]): Promise<RecordedError[]> {
  const registry = await startTestRegistry();
  const options = { plainHttpRegistries: [registry.host], hosts: { "registry.test": "127.0.0.1" } };
  const containerd = await startTestContainerd(kind, options);
  const small = await startTestContainerd(kind, { ...options, rootTmpfsBytes: 8 * 1024 * 1024 });
  try {
    const recorded = [...(await recordFaults(containerd, registry)), await recordTls(containerd)];
    registry.add("big/app", "v1", buildImage({ layers: [{ seed: "big", sizeBytes: 20_000_000 }] }));
    const full = await pull(small, `${registry.host}/big/app:v1`);
    const compressible = buildImage({ layers: [{ seed: "z", sizeBytes: 40_000_000, compressible: true }] });
    registry.add("unpack/app", "v1", compressible);
    const unpack = await pull(small, `${registry.host}/unpack/app:v1`);
    const runtime = `containerd ${containerd.version}`;
    recorded.push({ runtime, fault: "disk full", ...full });
    recorded.push({ runtime, fault: "disk full while unpacking", ...unpack });
    return recorded;
  } finally {
    await Promise.all([containerd.dispose(), small.dispose(), registry.close()]);
  }
}

const all: RecordedError[] = [];
for (const kind of containerdMatrix) all.push(...(await recordRuntime(kind)));
const target = new URL("../../src/runtime/testdata/containerd-errors.json", import.meta.url);
const alike = all.map(({ message, ...rest }) => ({
  ...rest,
  message: message
    .replace(/127\.0\.0\.1:\d{4,5}/g, "127.0.0.1:5000")
    .replace(/registry\.test:\d+/g, "registry.test:5000")
    .replace(/\/\S+\/(?=io\.containerd\.)/g, "/var/lib/containerd/"),
}));
await writeFile(target, `${JSON.stringify(alike, undefined, 2)}\n`);
process.stdout.write(`${all.length} messages recorded\n`);
