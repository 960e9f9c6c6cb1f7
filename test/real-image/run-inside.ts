import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { UnpackedImage } from "./unpack.ts";

/** What a run inside an image came to. */
export interface InsideRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a program inside an image as its configuration says: user, environment, entrypoint. */
export function startInside(
  image: UnpackedImage,
  args: readonly string[],
  entrypoint: readonly string[] = image.config.Entrypoint ?? [],
): ChildProcess {
  const { User = "0:0", Env = [] } = image.config;
  const env = Object.fromEntries(
    Env.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
  const command = ["--userspec", User, "--groups=", image.root, ...entrypoint, ...args];
  return spawn("/usr/sbin/chroot", command, { env, stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs a program inside an image to its end, at most for 20 s. */
export async function runInside(
  image: UnpackedImage,
  args: readonly string[],
  entrypoint?: readonly string[],
): Promise<InsideRun> {
  const child = startInside(image, args, entrypoint);
  const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
  const read = (stream: ChildProcess["stdout"]) => (stream === null ? "" : text(stream));
  const [stdout, stderr, [code]] = await Promise.all([
    read(child.stdout),
    read(child.stderr),
    once(child, "close"),
  ]);
  clearTimeout(late);
  return { code, stdout, stderr };
}
