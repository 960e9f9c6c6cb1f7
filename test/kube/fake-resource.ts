/** An object as a test gives it. */
export interface FakeObject {
  readonly [field: string]: unknown;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** One change: what was there before it, and after. */
export interface FakeEvent {
  readonly version: number;
  readonly before: FakeObject | undefined;
  readonly after: FakeObject | undefined;
}

/** The objects of one resource, with their history as far as it was not compacted. */
export interface FakeResource {
  readonly path: string;
  set(...objects: readonly FakeObject[]): void;
  delete(name: string): void;
  /** Forgets the history: watches and continue tokens from before it are expired. */
  compact(): void;
  readonly oldestVersion: number;
  version(): number;
  events(): readonly FakeEvent[];
  /** The objects as they were at a version, in the order of their names. */
  at(version: number): readonly FakeObject[];
}

interface Versions {
  next(): number;
  now(): number;
  onEvent(event: FakeEvent): void;
}

export function createResource(path: string, versions: Versions): FakeResource {
  let base = new Map<string, FakeObject>();
  let events: FakeEvent[] = [];
  let oldestVersion = versions.now();
  const current = new Map<string, FakeObject>();

  const change = (name: string, given: FakeObject | undefined) => {
    const version = versions.next();
    const last = given ?? current.get(name);
    if (last === undefined) throw new Error(`there is no ${name}`);
    const stamped = { ...last, metadata: { ...last.metadata, resourceVersion: String(version) } };
    const event = {
      version,
      before: current.get(name),
      after: given === undefined ? undefined : stamped,
    };
    if (given === undefined) current.delete(name);
    else current.set(name, stamped);
    events.push(event);
    versions.onEvent(event);
  };

  return {
    path,
    set: (...objects) => {
      for (const object of objects) change(object.metadata.name, object);
    },
    delete: (name) => change(name, undefined),
    compact() {
      base = new Map(current);
      events = [];
      oldestVersion = versions.next();
    },
    get oldestVersion() {
      return oldestVersion;
    },
    version: versions.now,
    events: () => events,
    at(version) {
      const objects = new Map(base);
      for (const event of events) {
        if (event.version > version) break;
        const name = (event.after ?? event.before)?.metadata.name ?? "";
        if (event.after === undefined) objects.delete(name);
        else objects.set(name, event.after);
      }
      return [...objects.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    },
  };
}
