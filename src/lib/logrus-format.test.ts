import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../test/clock/manual-clock.ts";
import { createLogger } from "./log.ts";
import { createLogrusFormat } from "./logrus-format.ts";

const image = "gcr.io/agones-images/simple-game-server:0.3";
const ref = "sha256:f8cdc89145cb";

function createBench(terminal: boolean) {
  const clock = createManualClock();
  const lines: string[] = [];
  const format = createLogrusFormat({ terminal, clock });
  return {
    clock,
    lines,
    log: createLogger({ level: "debug", format, clock, write: (line) => lines.push(line) }),
  };
}

test("writes the lines of Octops image syncer on a terminal, with the seconds since the start", async () => {
  const { clock, lines, log } = createBench(true);
  log.info("image already present", { fleet: "simple-game-server", image });
  await clock.advance(31_900);
  log.info("fleet synced", { fleet: "simple-game-server", image, ref });
  log.info("fleet simple-game-server deleted");
  assert.deepEqual(lines, [
    `INFO[0000] image already present    fleet=simple-game-server image="${image}"`,
    `INFO[0031] fleet synced             fleet=simple-game-server image="${image}" ref="${ref}"`,
    "INFO[0031] fleet simple-game-server deleted",
  ]);
});

test("writes key=value pairs elsewhere, fields in the order of their names", () => {
  const { lines, log } = createBench(false);
  log.info("fleet synced", { ref, image, fleet: "a" });
  log.warn("odd");
  assert.deepEqual(lines, [
    `time="1970-01-01T00:00:00Z" level=info msg="fleet synced" fleet=a image="${image}" ref="${ref}"`,
    'time="1970-01-01T00:00:00Z" level=warning msg=odd',
  ]);
});

const values: Record<string, readonly [unknown, string]> = {
  "leaves plain text as it is": ["a-b_c/d.e@f^g+h", "k=a-b_c/d.e@f^g+h"],
  "leaves empty text empty": ["", "k="],
  "quotes a colon": ["a:1", 'k="a:1"'],
  "quotes and escapes quotes": ['say "x"', 'k="say \\"x\\""'],
  "writes numbers": [5, "k=5"],
  "quotes what is no single value": [{ a: 1 }, 'k="{\\"a\\":1}"'],
};
for (const [name, [value, expected]] of Object.entries(values)) {
  test(name, () => {
    const { lines, log } = createBench(false);
    log.info("m", { k: value });
    assert.equal(lines[0]?.split("msg=m ")[1], expected);
  });
}

test("sets fields apart that have the name of its own", () => {
  const { lines, log } = createBench(false);
  log.error("m", { msg: "x", level: "y" });
  assert.match(lines[0] ?? "", / level=error msg=m fields\.level=y fields\.msg=x$/);
});
