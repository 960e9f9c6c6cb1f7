import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createForeignClient } from "../../test/metrics/foreign-client.ts";
import { Result } from "../results/gen/metrics.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));

function run(...flags: string[]) {
  return spawn(process.execPath, [main, "aggregate-metrics", ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function serve(t: TestContext, ...flags: string[]) {
  const child = run("--listen-address=127.0.0.1", "--grpc-port=0", "--http-port=0", ...flags);
  t.after(() => child.kill("SIGKILL"));
  for await (const line of createInterface({ input: child.stderr })) {
    const { msg, grpcPort, httpPort } = JSON.parse(line);
    if (msg === "aggregator serves") return { child, grpcPort, httpPort };
  }
  throw new Error("it ended before it served");
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "prestow-aggregate-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test("serves until SIGTERM, then exits 0 within 2 s although a client holds on", async (t) => {
  const { child, grpcPort, httpPort } = await serve(t);
  const client = createForeignClient(grpcPort);
  const { stream, answer } = client.call("/Metrics/Submit");
  const cut = assert.rejects(answer);
  stream.write(Result.encode({ ...Result.decode(Buffer.alloc(0)), attemptId: "a" }).finish());
  const deadlineMs = performance.now() + 5000;
  const page = async () => (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
  while ((await page()) === "[]") assert.ok(performance.now() < deadlineMs, "nothing arrived");
  const startMs = performance.now();
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "exit"), [0, null]);
  assert.ok(performance.now() - startMs < 2000);
  await cut;
  client.close();
});

test("a result that was acknowledged survives SIGKILL", async (t) => {
  const stateFile = join(await temporaryFolder(t), "state.jsonl");
  const first = await serve(t, `--state-file=${stateFile}`);
  const client = createForeignClient(first.grpcPort);
  const message = Result.encode({ ...Result.decode(Buffer.alloc(0)), attemptId: "kept" }).finish();
  await client.send("/Metrics/Submit", [message]);
  client.close();
  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  assert.equal(await readFile(stateFile, "utf8"), '{"attempt_id":"kept"}\n');
  const second = await serve(t, `--state-file=${stateFile}`);
  const response = await fetch(`http://127.0.0.1:${second.httpPort}/metrics`);
  assert.deepEqual(await response.json(), [{ attempt_id: "kept" }]);
});

async function refusal(...flags: string[]): Promise<string> {
  const child = run(...flags);
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  assert.equal(code, 2, said);
  assert.match(said, /^prestow: [^\n]+\n$/);
  return said;
}

/** A key that OpenSSL makes, but does not serve with. */
async function createSmallKey(folder: string): Promise<{ cert: string; key: string }> {
  const [cert, key] = [join(folder, "cert"), join(folder, "key")];
  const subject = ["-subj", "/CN=localhost", "-keyout", key, "-out", cert];
  const options = ["req", "-x509", "-nodes", "-newkey", "rsa:512", "-days", "2", ...subject];
  await promisify(execFile)("openssl", options);
  return { cert, key };
}

test("what the flags cannot mean is one line and exit status 2", async (t) => {
  const folder = await temporaryFolder(t);
  const [empty, noKey] = [join(folder, "empty"), join(folder, "no-key")];
  await writeFile(empty, "\n");
  await writeFile(noKey, "not in PEM\n");
  const free = ["--listen-address=127.0.0.1", "--grpc-port=0", "--http-port=0"];
  assert.match(await refusal("--grpc-port=70000"), /--grpc-port: "70000" is out of range/);
  assert.match(await refusal("some-image"), /takes flags only/);
  assert.match(await refusal(`--tls-cert-file=${noKey}`), /both or neither/);
  assert.match(
    await refusal(...free, `--tls-cert-file=${noKey}`, `--tls-key-file=${noKey}`),
    /--tls-cert-file/,
  );
  const small = await createSmallKey(folder);
  assert.match(
    await refusal(...free, `--tls-cert-file=${small.cert}`, `--tls-key-file=${small.key}`),
    /^prestow: --tls-cert-file, --tls-key-file: .*key too small/,
  );
  assert.match(await refusal(`--token-file=${empty}`), /--token-file: .* holds no single token/);
  assert.match(await refusal(`--token-file=${join(folder, "none")}`), /--token-file: ENOENT/);
  assert.match(await refusal(...free, `--state-file=${folder}`), /--state-file: /);
});

test("a port that is taken is named", async (t) => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  t.after(() => taken.close());
  const address = taken.address();
  assert.ok(address !== null && typeof address === "object");
  const flags = ["--listen-address=127.0.0.1", "--grpc-port=0", `--http-port=${address.port}`];
  assert.match(await refusal(...flags), new RegExp(`--http-port.*EADDRINUSE.*${address.port}`));
});
