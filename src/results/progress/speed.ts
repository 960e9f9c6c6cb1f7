interface Sample {
  readonly nowMs: number;
  readonly bytes: number;
}

/** Speed of a growing count of bytes, over the last few seconds rather than since the start. */
export interface Speedometer {
  /** Tells the count at a time of `Clock.nowMs`; a smaller count (a new attempt) starts the measurement anew. */
  add(nowMs: number, bytes: number): void;
  /** Undefined until there is something to compare. */
  bytesPerSecond(): number | undefined;
}

// With less between the samples the figure would jump with each packet.
const leastSpanMs = 200;

export function createSpeedometer(windowMs = 3000): Speedometer {
  let samples: Sample[] = [];
  return {
    add(nowMs, bytes) {
      const last = samples.at(-1);
      if (last !== undefined && bytes < last.bytes) samples = [];
      samples.push({ nowMs, bytes });
      // One sample older than the window stays, so that the window is always covered.
      const firstInside = samples.findIndex((sample) => sample.nowMs > nowMs - windowMs);
      samples = samples.slice(Math.max(0, firstInside - 1));
    },
    bytesPerSecond() {
      const [first, last] = [samples.at(0), samples.at(-1)];
      if (first === undefined || last === undefined || last.nowMs - first.nowMs < leastSpanMs)
        return undefined;
      return ((last.bytes - first.bytes) * 1000) / (last.nowMs - first.nowMs);
    },
  };
}
