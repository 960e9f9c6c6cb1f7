type Command = [string, ...string[]];

/** Namespaces of a running process. */
export interface Namespaces {
  readonly pid: number;
  readonly kinds: readonly ("net" | "mount")[];
}

/**
 * The start of a command that runs a program in cgroups and in namespaces, as one process whose id stays the same.
 * A process moves itself by its id as the machine sees it, so cgroups come first.
 */
export function enterCommand(namespaces: Namespaces, procsFiles: readonly string[] = []): Command {
  const nsenter: Command = [
    "nsenter",
    `--target=${namespaces.pid}`,
    ...namespaces.kinds.map((kind) => `--${kind}`),
    "--",
  ];
  if (procsFiles.length === 0) return nsenter;
  const move = 'n=$1; shift; while [ "$n" -gt 0 ]; do echo $$ > "$1"; shift; n=$((n - 1)); done; exec "$@"';
  return ["sh", "-ec", move, "sh", String(procsFiles.length), ...procsFiles, ...nsenter];
}
