import type { Metadata } from "../lib/grpc/call.ts";

/** The namespace in which containerd's CRI plugin keeps its images and containers. */
export const criNamespace = "k8s.io";

/** What tells containerd that a call is about that namespace. */
export const inCriNamespace: Metadata = { "containerd-namespace": criNamespace };
