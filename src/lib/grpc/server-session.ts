import type { ServerHttp2Session } from "node:http2";

/**
 * Looks at a connection every `checkEveryMs`: one without a call since the last look is closed, one whose
 * peer did not answer the last look's ping is destroyed. Either way a client that vanished costs no more
 * than two looks.
 */
export function watchSession(session: ServerHttp2Session, checkEveryMs: number): void {
  let calls = 0;
  let usedSinceLook = false;
  let pingUnanswered = false;
  const look = () => {
    if (pingUnanswered || session.closed) return session.destroy();
    if (calls === 0 && !usedSinceLook) return session.close();
    usedSinceLook = false;
    pingUnanswered = true;
    const sent = session.ping(() => {
      pingUnanswered = false;
    });
    if (!sent) session.destroy();
  };
  const timer = setInterval(look, checkEveryMs);
  session.on("stream", (stream) => {
    calls += 1;
    usedSinceLook = true;
    stream.once("close", () => {
      calls -= 1;
    });
  });
  session.once("close", () => clearInterval(timer));
  // Each call hears of the loss through its own stream; without a listener the process would end.
  session.on("error", () => {});
}
