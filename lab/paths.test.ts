import assert from "node:assert/strict";
import { test } from "node:test";
import { cacheFolder, labFolder, labLockFile } from "./paths.ts";

test("the cache is where PRESTOW_CACHE says, else in the user's cache folder", () => {
  assert.equal(cacheFolder({ PRESTOW_CACHE: "/c", XDG_CACHE_HOME: "/x", HOME: "/h" }), "/c");
  assert.equal(cacheFolder({ XDG_CACHE_HOME: "/x", HOME: "/h" }), "/x/prestow");
  assert.equal(cacheFolder({ PRESTOW_CACHE: "", XDG_CACHE_HOME: "", HOME: "/h" }), "/h/.cache/prestow");
});

test("each user's lab has a folder of its own, which PRESTOW_LAB_STATE overrides", () => {
  assert.equal(labFolder({ TMPDIR: "/t" }, 7), "/t/prestow-lab-7");
  assert.equal(labFolder({ TMPDIR: "/t", PRESTOW_LAB_STATE: "/s" }, 7), "/s");
});

test("labs in different folders do not wait for each other", () => {
  assert.notEqual(labLockFile("/c", "/a"), labLockFile("/c", "/b"));
  assert.equal(labLockFile("/c", "/a"), labLockFile("/c", "/a"));
});
