import { readlink, realpath } from "node:fs/promises";
import { createConnection } from "node:net";
import type { CallBounds } from "../lib/call-bounds.ts";

const maxAnswerBytes = 4096;

/**
 * Whether what listens at a Unix socket is Docker's API, which then cannot be a runtime: asked after a call failed, to
 * say why. It is, where the path leads to Docker's socket, or where Docker's HTTP answers. Never throws.
 */
export async function isDockerSocket(path: string, bounds: CallBounds): Promise<boolean> {
  // Where Docker does not run, its socket may not be there, but a link to it tells all the same.
  const real = await realpath(path).catch(() => readlink(path).catch(() => path));
  if (/^(?:\/var)?\/run\/docker\.sock$/.test(real)) return true;
  const answer = await ping(path, bounds);
  return (
    answer.startsWith("HTTP/1.") && /^(?:api-version:|docker-experimental:|server: *docker)/im.test(answer)
  );
}

/** The beginning of what an HTTP/1 server says to `GET /_ping`; empty where there is none. */
function ping(path: string, { timeoutMs, signal }: CallBounds): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = createConnection({ path });
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(end, timeoutMs);
    signal?.addEventListener("abort", end, { once: true });
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
      if (answer.includes("\r\n\r\n") || answer.length > maxAnswerBytes) end();
    });
    socket.on("error", end).on("close", end);
    socket.write("GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n");
    if (signal?.aborted) end();
  });
}
