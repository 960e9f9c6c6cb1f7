import { readFile } from "node:fs/promises";
import { createChannel } from "../src/lib/grpc/channel.ts";
import { createCriRuntime } from "../src/runtime/cri.ts";

// The floor: `node bare-pull.ts SOCKET LIST` makes all PullImage calls of a list at once and nothing else. It is
// connected and warm before its time begins, and says on standard output when it began and how long it took.

const [socketPath = "", listFile = ""] = process.argv.slice(2);
const timeoutMs = 600_000;
const images = (await readFile(listFile, "utf8")).split("\n").filter((line) => line !== "");
const runtime = createCriRuntime(createChannel({ target: { path: socketPath } }));
await runtime.version({ timeoutMs });
const startMs = performance.now();
await Promise.all(images.map((image) => runtime.pullImage({ image }, { timeoutMs })));
const totalMs = performance.now() - startMs;
process.stdout.write(`${JSON.stringify({ startedAtMs: performance.timeOrigin + startMs, totalMs })}\n`);
runtime.close();
