import assert from "node:assert/strict";
import { test } from "node:test";
import { decideProgress } from "./download-progress.ts";

const image = {
  layers: [
    { digest: "sha256:a", sizeBytes: 100 },
    { digest: "sha256:b", sizeBytes: 50 },
    { digest: "sha256:c", sizeBytes: 10 },
  ],
};

test("sums complete layers and the offsets of open ones", () => {
  const active = [
    { digest: "sha256:b", offsetBytes: 20 },
    { digest: "sha256:other", offsetBytes: 999 },
  ];
  const progress = decideProgress(image, new Set(["sha256:a", "sha256:config"]), active);
  assert.deepEqual(progress, {
    downloadedBytes: 120,
    totalBytes: 160,
    open: [{ digest: "sha256:b", offsetBytes: 20 }],
    queued: 1,
  });
});

test("does not call a download open that waits for its commit", () => {
  const progress = decideProgress(image, new Set(), [{ digest: "sha256:b", offsetBytes: 50 }]);
  assert.deepEqual([progress.open, progress.downloadedBytes, progress.queued], [[], 50, 2]);
});

test("never shows more than there is", () => {
  const progress = decideProgress(image, new Set(["sha256:a"]), [{ digest: "sha256:a", offsetBytes: 70 }]);
  assert.equal(progress.downloadedBytes, 100);
});
