interface Call<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiters: number;
}

/** Calls that are made once for all who want the same at the same time. */
export interface SharedCalls<T> {
  /**
   * Joins the call under way for `key`, or makes it. The call's own signal aborts when the last who waits for
   * it has left. Throws what the call throws, or the reason of the caller's signal.
   */
  join(key: string, call: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
}

export function createSharedCalls<T>(): SharedCalls<T> {
  const calls = new Map<string, Call<T>>();

  function begin(key: string, run: (signal: AbortSignal) => Promise<T>): Call<T> {
    const controller = new AbortController();
    const call = { controller, waiters: 0, result: run(controller.signal) };
    calls.set(key, call);
    const forget = () => {
      if (calls.get(key) === call) calls.delete(key);
    };
    // Whether it ended or was left, the last who waits aborts it.
    controller.signal.addEventListener("abort", forget);
    return call;
  }

  return {
    async join(key, run, signal) {
      signal.throwIfAborted();
      const call = calls.get(key) ?? begin(key, run);
      call.waiters += 1;
      try {
        return await waitFor(call.result, signal);
      } finally {
        call.waiters -= 1;
        if (call.waiters === 0) call.controller.abort();
      }
    },
  };
}

function waitFor<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal.addEventListener("abort", leave);
    const stay = () => signal.removeEventListener("abort", leave);
    result.then(resolve, reject).finally(stay);
  });
}
