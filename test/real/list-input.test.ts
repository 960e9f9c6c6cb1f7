import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { containerdMatrix } from "../containerd/matrix.ts";
import { assertFailed, assertPulled, runFetch } from "./fetch.ts";
import { useNode } from "./node.ts";
import { runPrestow } from "./prestow.ts";

for (const kind of containerdMatrix) {
  describe(`what a list may hold, on ${kind} containerd`, () => {
    const node = useNode(kind);

    test("CRLF, comments, blanks and duplicates: each image is pulled once", async () => {
      const [one, two] = [node().publish(), node().publish()];
      const text = `\ufeff# images\r\n\r\n  ${one.ref}  \r\n${two.ref}\r\n${one.ref}\r\n`;
      const list = await node().write("crlf.txt", text);
      const run = await runFetch(node().socket, [two.ref], { "image-list-file": list });
      assert.equal(run.code, 0);
      assert.deepEqual(
        run.output.images.map(({ ref, where }) => [ref, where]),
        [
          [one.ref, `${list}:3`],
          [two.ref, `${list}:4`],
        ],
      );
      const manifests = node().registry.requests();
      assert.equal(manifests.filter((r) => r.repository === one.repository && r.method === "HEAD").length, 1);
    });

    test("names that are none fail with file and line, and the others are pulled", async () => {
      const image = node().publish();
      const bad = ["lower/UPPER", "a b", "x@sha256:123", "\u001b[31mred\u001b[0m", "a".repeat(5000)];
      const list = await node().write("bad.txt", [...bad, image.ref].join("\n"));
      const run = await runFetch(node().socket, [], { "image-list-file": list });
      assert.equal(run.code, 1);
      assertPulled(run, image.ref);
      const failed = run.output.images.filter(({ outcome }) => outcome === "failed");
      assert.deepEqual(
        failed.map(({ where, error }) => [where, error?.kind]),
        bad.map((_, index) => [`${list}:${index + 1}`, "invalid-reference"]),
      );
      assert.ok(run.stderr.includes(`${list}:1`), run.stderr);
    });

    test("a MiB of garbage: every line fails, the image among them is pulled, in time", async () => {
      const image = node().publish();
      // A line of it could by chance be a name, but for what it begins with.
      const garbage = `!${randomBytes(512 * 1024)
        .toString("latin1")
        .replaceAll("\n", "\n!")}`;
      const list = await node().write("garbage.txt", `${garbage}\n${image.ref}\n${garbage}`);
      const run = await runFetch(node().socket, [], { "image-list-file": list }, { withinMs: 15_000 });
      assert.equal(run.code, 1);
      assertPulled(run, image.ref);
      const others = run.output.images.filter(({ ref }) => ref !== image.ref);
      assert.ok(others.length > 1000);
      for (const { error } of others) assert.equal(error?.kind, "invalid-reference");
    });

    test("and the text of a registry's error cannot write to a terminal", async () => {
      const image = node().publish();
      const body = JSON.stringify({ errors: [{ code: "DENIED", message: "\u001b[31mred\u0007\u202e" }] });
      const headers = { "content-type": "application/json" };
      node().registry.fault(image.repository, { on: "blob", kind: "status", status: 403, headers, body });
      for (const output of ["json", "table"]) {
        const args = ["fetch", `--cri-socket=${node().socket}`, `--output=${output}`, "--debug", image.ref];
        const run = await runPrestow([...args, "--initial-pull-attempt-delay=10ms"]);
        assert.equal(run.code, 1);
      }
      assertFailed(await runFetch(node().socket, [image.ref]), image.ref, "denied");
    });
  });
}
