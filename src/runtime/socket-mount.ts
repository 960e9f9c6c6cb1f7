import { readFile, realpath } from "node:fs/promises";

/** What decides whether a socket can ever answer again. */
export interface SocketLoss {
  /** The socket itself is a mount: the file of a server that has ended stays in its place for good. */
  readonly mountedAsFile: boolean;
  /** Since when every connection is refused, on a monotonic clock; undefined: the last one was not. */
  readonly refusedSinceMs: number | undefined;
  readonly nowMs: number;
  readonly everConnected: boolean;
}

/** How long a runtime may take from closing its socket to opening the new one. */
const patienceMs = 10_000;
/** Before the first connection, nothing says that the socket was ever alive. */
const firstPatienceMs = 30_000;

/**
 * Whether the socket is dead: only a new mount leads to the new one, and only a new container brings that, so that the
 * process has to end. A socket in a mounted folder is never lost, for the new one appears in it.
 */
export function decideSocketLost({
  mountedAsFile,
  refusedSinceMs,
  nowMs,
  everConnected,
}: SocketLoss): boolean {
  if (!mountedAsFile || refusedSinceMs === undefined) return false;
  return nowMs - refusedSinceMs >= (everConnected ? patienceMs : firstPatienceMs);
}

/** Whether a call failed because nobody listens at the socket any more. */
export function isConnectionRefused(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && cause.code === "ECONNREFUSED") return true;
  }
  return false;
}

/** Remembers how calls went. */
export interface DeadSocketWatch {
  /** Notes what a call threw, or undefined where the runtime answered; true: the socket is dead for good. */
  note(error: unknown): boolean;
}

/** Watches one socket by the calls that are made anyway. */
export function createDeadSocketWatch(mountedAsFile: boolean, nowMs: () => number): DeadSocketWatch {
  let refusedSinceMs: number | undefined;
  let everConnected = false;
  return {
    note(error) {
      if (isConnectionRefused(error)) refusedSinceMs ??= nowMs();
      else {
        refusedSinceMs = undefined;
        everConnected ||= error === undefined;
      }
      return decideSocketLost({ mountedAsFile, refusedSinceMs, nowMs: nowMs(), everConnected });
    },
  };
}

/** The mount points in the text of /proc/PID/mountinfo: proc_pid_mountinfo(5). */
export function parseMountPoints(mountinfo: string): string[] {
  const fields = mountinfo.split("\n").map((line) => line.split(" ")[4] ?? "");
  return fields.filter((path) => path !== "").map(unescapePath);
}

// Blanks, line breaks and backslashes are written as three octal digits.
function unescapePath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** Whether a socket was mounted by itself, and not the folder that it is in. False where that cannot be read. */
export async function readMountedAsFile(
  socketPath: string,
  mountinfoPath = "/proc/self/mountinfo",
): Promise<boolean> {
  try {
    const path = await realpath(socketPath);
    return parseMountPoints(await readFile(mountinfoPath, "utf8")).includes(path);
  } catch {
    return false;
  }
}
