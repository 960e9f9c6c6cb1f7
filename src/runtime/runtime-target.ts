import { ConfigError } from "../lib/config-error.ts";
import type { Target } from "../lib/grpc/connection.ts";
import { printable } from "../lib/printable.ts";

const dockerSockets: readonly string[] = ["/var/run/docker.sock", "/run/docker.sock"];
const longestSocketBytes = 107;

/**
 * Where a runtime listens: `/run/containerd/containerd.sock`, the same behind `unix://`, or `host:port`. Throws a
 * `ConfigError` that begins with `name` (the flag or variable that holds the text), also for Docker's own socket.
 */
export function parseRuntimeTarget(text: string, name: string): Target {
  const trimmed = text.trim();
  const path = trimmed.replace(/^unix:\/\//, "");
  if (path.startsWith("/")) return parsePath(path, name);
  const target = path === trimmed ? parseHostPort(trimmed.replace(/^(?:tcp|dns):\/\/\/?/, "")) : undefined;
  if (target !== undefined) return target;
  throw new ConfigError(
    `${name}: "${printable(text, 100)}" is neither the absolute path of a Unix socket, such as ` +
      "/run/containerd/containerd.sock or unix:///run/containerd/containerd.sock, nor host:port",
  );
}

function parsePath(path: string, name: string): Target {
  if (dockerSockets.includes(path.replace(/\/+/g, "/")))
    throw new ConfigError(describeDockerSocket(path, name));
  if (path.includes("\0") || Buffer.byteLength(path) > longestSocketBytes) {
    const shown = printable(path, 150);
    throw new ConfigError(
      `${name}: "${shown}" is no path of a Unix socket (at most ${longestSocketBytes} bytes)`,
    );
  }
  return { path };
}

function parseHostPort(text: string): Target | undefined {
  const groups = /^(?:\[(?<v6>[0-9A-Fa-f:.]+)\]|(?<host>[A-Za-z0-9._-]+)):(?<port>\d{1,5})$/.exec(
    text,
  )?.groups;
  const host = groups?.["v6"] ?? groups?.["host"];
  const port = Number(groups?.["port"]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

/** What to tell someone who gave Docker's socket, which does not speak CRI, whichever way that was found out. */
export function describeDockerSocket(socket: string, name: string): string {
  return (
    `${name}: ${printable(socket, 150)} is Docker's own API, which is no Container Runtime Interface; ` +
    "where the kubelet uses Docker through cri-dockerd, give /run/cri-dockerd.sock"
  );
}
