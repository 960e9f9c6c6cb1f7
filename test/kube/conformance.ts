import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { KubeClient } from "../../src/kube/client.ts";
import type { InformerOptions } from "../../src/kube/informer.ts";
import type { InformerTimings } from "../../src/kube/informer-timings.ts";
import { watchOnce } from "../../src/kube/watch-stream.ts";
import { failureOf } from "./failure.ts";
import { type RunningInformer, startInformer, until, untilKept } from "./running-informer.ts";

/** An API server to be examined. */
export interface KubeSubject {
  readonly client: KubeClient;
  /** A namespace that holds no ConfigMap. */
  readonly namespace: string;
  /** Creates ConfigMaps, or changes them; their data is `{text}`. */
  apply(text: string, labels: Readonly<Record<string, string>>, ...names: string[]): Promise<void>;
  remove(...names: string[]): Promise<void>;
  /** The list of a resource that the server does not know yet. */
  readonly unknownPath: string;
  /** Where it need not be waited for as long as in earnest. */
  readonly timings?: Partial<InformerTimings>;
  /** Makes it known, with one object `one`, whose data is `{text}`. */
  define(text: string): Promise<void>;
  /** Changes that object. */
  change(text: string): Promise<void>;
  /** Takes it away again. */
  undefine(): Promise<void>;
  close(): Promise<void>;
}

/** Ends watches every second: what counts happens between two of them. */
const shortWatches = { watchLeastMs: 1000, watchMostMs: 1000 };

const data = (text: string) => JSON.stringify({ text });

/** What every API server has to do for an informer, as a suite of `node:test`. */
export function runInformerConformance(name: string, setup: () => Promise<KubeSubject>): void {
  describe(`an informer of ${name}`, () => {
    let subject: KubeSubject;
    let calls: string[] = [];
    const running: RunningInformer[] = [];

    before(async () => {
      subject = await setup();
    });
    afterEach(async () => {
      for (const informer of running.splice(0)) await informer.stop();
      await subject.remove("a", "b", "c", "d", "e");
      calls = [];
    });
    after(() => subject.close());

    /** The client, with a record of what is asked, and with paths changed by `rewrite`. */
    const recording = (rewrite: (path: string) => string): Pick<KubeClient, "stream"> => ({
      stream: (path, bounds, onChunk) => {
        const asked = rewrite(path);
        calls.push(asked);
        return subject.client.stream(asked, bounds, onChunk);
      },
    });
    const path = () => `/api/v1/namespaces/${subject.namespace}/configmaps`;
    const key = (object: string) => `${subject.namespace}/${object}`;
    const start = (
      options: Partial<InformerOptions<string>> = {},
      rewrite: (path: string) => string = (same) => same,
    ): RunningInformer => {
      const client = recording(rewrite);
      // Clusters put a ConfigMap of their own into every namespace.
      const timings = { ...subject.timings, ...options.timings };
      const informer = startInformer({
        client,
        path: path(),
        labelSelector: "suite=yes",
        ...options,
        timings,
      });
      running.push(informer);
      return informer;
    };
    const lists = () => calls.filter((asked) => asked.includes("limit="));
    const watches = () => calls.filter((asked) => asked.includes("watch=true"));
    const yes = { suite: "yes" };

    test("is synced with an empty list", async () => {
      await untilKept(start(), {});
    });

    test("keeps every object of a list in pages, in any language", async () => {
      await subject.apply('"}],{ ünï ✓ 猫 🐈 \\', yes, "a", "b", "c", "d", "e");
      const informer = start({ pageLimit: 2 });
      const expected = data('"}],{ ünï ✓ 猫 🐈 \\');
      await untilKept(
        informer,
        Object.fromEntries(["a", "b", "c", "d", "e"].map((object) => [key(object), expected])),
      );
      assert.equal(lists().length, 3);
    });

    test("hears of what is created, changed and deleted, without another list", async () => {
      const informer = start();
      await untilKept(informer, {});
      await subject.apply("1", yes, "a", "b");
      await untilKept(informer, { [key("a")]: data("1"), [key("b")]: data("1") });
      await subject.apply("2", yes, "a");
      await untilKept(informer, { [key("a")]: data("2"), [key("b")]: data("1") });
      await subject.remove("b");
      await untilKept(informer, { [key("a")]: data("2") });
      assert.equal(lists().length, 1);
    });

    test("loses what no longer has the labels, and finds what has them again", async () => {
      await subject.apply("1", yes, "a");
      const informer = start();
      await untilKept(informer, { [key("a")]: data("1") });
      await subject.apply("2", { suite: "no" }, "a");
      await untilKept(informer, {});
      await subject.apply("3", yes, "a");
      await untilKept(informer, { [key("a")]: data("3") });
    });

    test("keeps the one object that a field selector names", async () => {
      await subject.apply("1", yes, "a", "b");
      const informer = start({ fieldSelector: "metadata.name=b" });
      await untilKept(informer, { [key("b")]: data("1") });
      await subject.apply("2", yes, "a", "b");
      await untilKept(informer, { [key("b")]: data("2") });
    });

    test("goes on where it was when the server ends a watch, and never lists again", async () => {
      const informer = start({ timings: shortWatches });
      await untilKept(informer, {});
      await subject.apply("1", yes, "a");
      await untilKept(informer, { [key("a")]: data("1") });
      await until(() => assert.equal(watches().length, 2));
      await subject.apply("2", yes, "a");
      await untilKept(informer, { [key("a")]: data("2") });
      assert.equal(lists().length, 1);
    });

    test("goes on where it was when its connection is cut", async () => {
      const informer = start();
      await subject.apply("1", yes, "a");
      await untilKept(informer, { [key("a")]: data("1") });
      await until(() => assert.equal(watches().length, 1));
      subject.client.close();
      await subject.apply("2", yes, "a");
      await untilKept(informer, { [key("a")]: data("2") });
      assert.equal(lists().length, 1);
    });

    test("a resource that the server does not know is absent, and is found within ten seconds of its coming", async () => {
      const informer = start({ path: subject.unknownPath, labelSelector: undefined, timings: shortWatches });
      await until(() => assert.equal(informer.state, "absent"));
      assert.match(informer.lastError?.message ?? "", /404/);
      await subject.define("1");
      await until(() => assert.deepEqual(Object.values(informer.kept()), [data("1")]), 10_000);
      assert.equal(informer.state, "synced");
      await subject.undefine();
      await until(() => assert.deepEqual([informer.state, informer.kept()], ["absent", {}]), 60_000);
    });

    // Of this resource the server cannot know what was before it came; of others it may, if it is young itself.
    test("a watch from an ancient version is gone", async () => {
      await subject.define("1");
      const bounds = { headersTimeoutMs: 20_000, idleTimeoutMs: 20_000 };
      const of = { path: subject.unknownPath };
      const options = { client: subject.client, of, resourceVersion: "1", timeoutSeconds: 5, bounds };
      const error = await failureOf(watchOnce(options, () => {}));
      assert.equal(error.kind, "gone", error.message);
    });

    test("lists again when its version is gone, and stays synced", async () => {
      let expired = 1;
      const informer = start({ path: subject.unknownPath, labelSelector: undefined }, (asked) => {
        if (!asked.includes("watch=true") || expired === 0) return asked;
        expired -= 1;
        return asked.replace(/resourceVersion=\d+/, "resourceVersion=1");
      });
      await until(() => assert.deepEqual([lists().length, watches().length], [2, 2]));
      assert.equal(informer.state, "synced");
      await subject.change("2");
      await until(() => assert.deepEqual(Object.values(informer.kept()), [data("2")]));
      assert.equal(lists().length, 2);
    });
  });
}
