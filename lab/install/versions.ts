/** Something built by `go install`, and what a folder in the cache is named after. */
export interface GoTarget {
  readonly name: string;
  readonly version: string;
  /** Package paths of its programs, without the version. */
  readonly packages: readonly string[];
}

export const containerdTarget: GoTarget = {
  name: "containerd",
  version: "v2.4.2",
  packages: [
    "github.com/containerd/containerd/v2/cmd/containerd",
    "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2",
    "github.com/containerd/containerd/v2/cmd/ctr",
  ],
};

export const runcTarget: GoTarget = {
  name: "runc",
  version: "v1.5.2",
  packages: ["github.com/opencontainers/runc"],
};
