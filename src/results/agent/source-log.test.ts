import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../../test/clock/manual-clock.ts";
import { createLogger } from "../../lib/log.ts";
import type { RejectedRequest } from "../../plan/node-image.ts";
import type { AgentStatus, SourceStatus } from "../agent-status.ts";
import { createSourceLog } from "./source-log.ts";

function setup() {
  const clock = createManualClock();
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const observer = createSourceLog(createLogger({ level: "info", format: "json", clock, write }), clock);
  const tell = (source: Partial<SourceStatus>, rejected: readonly RejectedRequest[] = []) => {
    const whole = { name: "fleets", state: "synced", detail: undefined, images: 0, ...source } as const;
    observer.status?.({ sources: [whole], rejected } as unknown as AgentStatus);
  };
  const told = () =>
    lines
      .splice(0)
      .map((line) => JSON.parse(line))
      .map(({ level, msg }) => `${level}: ${msg}`);
  return { clock, tell, told };
}

test("a source is told once for each change, and not for each reason why it fails", () => {
  const { tell, told } = setup();
  tell({ images: 1 });
  tell({ images: 2 });
  assert.deepEqual(told(), ["info: source synced"]);
  tell({ state: "failing", detail: "refused" });
  tell({ state: "failing", detail: "timeout" });
  assert.deepEqual(told(), ["warn: source fails, its last images stay desired"]);
  tell({});
  assert.deepEqual(told(), ["info: source synced"]);
});

test("a source that is not heard of for long is a warning, a short wait is none", async () => {
  const { clock, tell, told } = setup();
  tell({ state: "waiting" });
  assert.deepEqual(told(), []);
  await clock.advance(15_000);
  tell({ state: "waiting", detail: "forbidden" });
  tell({ state: "waiting", detail: "forbidden" });
  assert.deepEqual(told(), ["warn: source not synced yet"]);
});

test("a request that names no image is told once", () => {
  const { tell, told } = setup();
  const request = { ref: "A B", where: "Fleet a/b", owner: undefined, placement: undefined, pullSecrets: [] };
  tell({}, [{ request, reason: "it has blanks" }]);
  tell({}, [{ request, reason: "it has blanks" }]);
  assert.deepEqual(told(), ["info: source synced", "warn: no image"]);
});
