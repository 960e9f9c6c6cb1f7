import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";
import { createManualClock } from "../../test/clock/manual-clock.ts";
import { version } from "../version.ts";
import { runCommandLine } from "./run.ts";

async function deploy(...argv: string[]) {
  const written = { out: "", err: "" };
  const writeTo = (stream: "out" | "err") => (text: string) => {
    written[stream] += text;
  };
  const code = await runCommandLine(["deploy", ...argv], {
    env: {},
    stdout: { write: writeTo("out"), terminal: undefined },
    stderr: { write: writeTo("err"), terminal: undefined },
    signal: new AbortController().signal,
    clock: createManualClock(),
    random: () => 0,
  });
  return { code, ...written };
}

async function withList<T>(bytes: string | Buffer, use: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "prestow-deploy-"));
  try {
    const path = join(folder, "images.txt");
    writeFileSync(path, bytes);
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("flags may stand before and after the name, with one dash or two", async () => {
  const { code, out, err } = await deploy("--version", "v1", "a", "--secret=b", "--collect-metrics");
  assert.deepEqual([code, err], [0, ""]);
  for (const argv of [
    ["-collect-metrics", "-secret", "b", "-version=v1", "a"],
    ["a", "--secret", "b", "--collect-metrics=true", "--version=v1"],
    ["a", "v1", "vanilla", "b", "--collect-metrics"],
    ["a", "v1", "vanilla", "--secret", "b", "--collect-metrics", "--version", "v1"],
  ]) {
    assert.equal((await deploy(...argv)).out, out, argv.join(" "));
  }
});

test("names the image of this program's own version by default", async () => {
  assert.match((await deploy("a")).out, new RegExp(`image: \\S+:v${version.replaceAll(".", "\\.")}\n`));
});

test("an empty flag is one that is not given, as scripts with variables want it", async () => {
  const flags = ["--secret=", "--namespace=", "--version=", "--use-kubelet-image-credential-integration="];
  assert.equal((await deploy(...flags, "a")).out, (await deploy("a")).out);
});

test("a name may begin with a digit, and have 63 characters, where no Service has it", async () => {
  assert.equal((await deploy("1a")).code, 0);
  assert.equal((await deploy("a".repeat(63))).code, 0);
  assert.equal((await deploy("--collect-metrics", "a".repeat(55))).code, 0);
});

test("an agent's flags stand behind --, and the rest before or after the name", async () => {
  const { code, out, err } = await deploy(
    "--strategy=agent",
    "a",
    "--namespace=b",
    "--",
    "--pin",
    "-source",
    "list",
  );
  assert.deepEqual([code, err], [0, ""]);
  assert.match(
    out,
    /- --image-list-file=\S+\n +- --metrics-bind-address=:8095\n +- --pin\n +- "-source"\n +- list\n/,
  );
});

const mistakes: Record<string, readonly [readonly string[], RegExp]> = {
  "no name": [[], /^prestow: NAME: it is missing.*prestow deploy my-images\n$/],
  "an uninstall of what leaves nothing": [
    ["--uninstall", "a"],
    /^prestow: --uninstall: .*--strategy agent\n$/,
  ],
  "an agent's flag among those of deploy": [
    ["--strategy=agent", "a", "--pin"],
    /^prestow: unknown flag --pin/,
  ],
  "an unknown flavour": [
    ["--k8s-flavor", "eks", "a"],
    /^prestow: --k8s-flavor: "eks" is not accepted; give one of vanilla, ocp\n$/,
  ],
  "an unknown flavour in the old form": [
    ["a", "v1", "eks"],
    /^prestow: --k8s-flavor: "eks" is not accepted; give one of vanilla, ocp\n$/,
  ],
  "a name in capitals": [["My_Images"], /^prestow: NAME: "My_Images" cannot be used: .*DNS label.*\n$/],
  "a name that is too long": [["a".repeat(64)], /^prestow: NAME: .* 64 characters; give at most 63\n$/],
  "a name that is too long for the Service": [
    ["--collect-metrics", "a".repeat(56)],
    /^prestow: NAME: .* 56 characters; give at most 55\n$/,
  ],
  "a Service that would begin with a digit": [
    ["--collect-metrics", "1a"],
    /^prestow: NAME: "1a" .*start with a letter\n$/,
  ],
  "a name with an escape sequence": [["a\u001b[2J"], /^prestow: NAME: "a\\x1b\[2J" [ -~]*\n$/],
  "a bad version": [["--version", "v1 2", "a"], /^prestow: --version: "v1 2" is no version: .*\n$/],
  "a bad version in the old form": [["a", "v1/2", "vanilla"], /^prestow: --version: .*\n$/],
  "two versions": [
    ["--version", "v1", "a", "v2", "vanilla"],
    /^prestow: --version: "v1" .*"v2"; give one of them\n$/,
  ],
  "two flavours": [["--k8s-flavor=ocp", "a", "v2", "vanilla"], /^prestow: --k8s-flavor: .*\n$/],
  "a version without a flavour": [["a", "images.txt"], /^prestow: NAME: "images.txt" is one argument .*\n$/],
  "an argument too many": [["a", "v1", "ocp", "b", "c"], /^prestow: NAME: "c" is one argument too many.*\n$/],
  "a bad namespace": [["--namespace=a.b", "a"], /^prestow: --namespace: "a.b" cannot be used: .*\n$/],
  "a bad secret": [["--secret=a/b", "a"], /^prestow: --secret: "a\/b" cannot be used: .*\n$/],
  "a bad quantity": [["--fetch-memory-limit=1GB", "a"], /^prestow: --fetch-memory-limit: "1GB" .*\n$/],
  "a bad rollout": [["--max-unavailable=0", "a"], /^prestow: --max-unavailable: "0" .*\n$/],
  "a bad percentage": [["--max-unavailable=101%", "a"], /^prestow: --max-unavailable: "101%" .*\n$/],
  "a bad priority class": [["--priority-class=A", "a"], /^prestow: --priority-class: "A" .*\n$/],
  "plugins of an unknown cloud": [
    ["--use-kubelet-image-credential-integration=EKS", "a"],
    /^prestow: --use-kubelet-image-credential-integration: "EKS" is not accepted; give GKE\n$/,
  ],
  "an agent's flag without an agent": [
    ["--kind=deployment", "a"],
    /^prestow: --kind: it needs --strategy agent\n$/,
  ],
  "an agent's memory without an agent": [
    ["--agent-memory-limit=1Gi", "a"],
    /^prestow: --agent-memory-limit: /,
  ],
  "fetch's memory for an agent": [
    ["--strategy=agent", "--fetch-memory-limit=1Gi", "a"],
    /^prestow: --fetch-memory-limit: it is for --strategy fetch; .*--agent-/,
  ],
  "flags of an agent without an agent": [
    ["a", "--", "--pin"],
    /^prestow: --: .*--pin, need --strategy agent\n$/,
  ],
  "replicas of a DaemonSet": [["--strategy=agent", "--replicas=2", "a"], /^prestow: --replicas: .*--kind/],
  "a list that is not there": [["--image-list=/none", "a"], /^prestow: --image-list: "\/none" .*ENOENT.*\n$/],
  "a list that is a directory": [["--image-list=/", "a"], /^prestow: --image-list: "\/" .*EISDIR.*\n$/],
};
for (const [name, [argv, line]] of Object.entries(mistakes)) {
  test(`answers ${name} with one line, no manifest and status 2`, async () => {
    const { code, out, err } = await deploy(...argv);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, line);
  });
}

test("puts the list into the ConfigMap as it is, down to its last byte", async () => {
  const list = "\ufeff# mine\r\ndebian:12\r\n\r\n";
  const { code, out, err } = await withList(list, (path) => deploy("a", "--image-list", path));
  assert.deepEqual([code, err], [0, ""]);
  const objects = parseAllDocuments(out).map((document) => document.toJS());
  assert.deepEqual(objects.find(({ kind }) => kind === "ConfigMap").data, { "images.txt": list });
});

test("warns of lines that name no image, but takes the list: the others are fetched", async () => {
  const { code, err } = await withList(`debian:12\nA B\n${"x/UPPER\n".repeat(20)}`, (path) =>
    deploy("a", "--image-list", path),
  );
  assert.equal(code, 0);
  const lines = err.trimEnd().split("\n");
  assert.equal(lines.length, 11);
  assert.match(lines[0] ?? "", /^prestow: warning: .*images\.txt:2: "A B" is no image: /);
  assert.match(lines[10] ?? "", /and 11 more/);
});

test("warns of a list without any image", async () => {
  const { code, err } = await withList("# nothing\n", (path) => deploy("a", "--image-list", path));
  assert.equal(code, 0);
  assert.match(err, /^prestow: warning: --image-list: ".*images\.txt" names no image\n$/);
});

const lists: Record<string, readonly [string | Buffer, RegExp]> = {
  "is no text": [Buffer.from([0x64, 0xff]), /is no UTF-8 text/],
  "is cut within a character at its end": [Buffer.from("é").subarray(0, 1), /is no UTF-8 text/],
  "is large and cut within a character there": ["é".repeat(200_000), /larger than 250 KiB/],
  "is too large only once it is JSON": ["\t\n".repeat(70_000), /larger than 250 KiB/],
  "kubectl apply could not keep": [`${"a".repeat(99)}\n`.repeat(2600), /larger than 250 KiB/],
};
for (const [name, [bytes, reason]] of Object.entries(lists)) {
  test(`refuses a list that ${name}`, async () => {
    const { code, out, err } = await withList(bytes, (path) => deploy("a", "--image-list", path));
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, /^prestow: --image-list: [^\n]*\n$/);
    assert.match(err, reason);
  });
}
