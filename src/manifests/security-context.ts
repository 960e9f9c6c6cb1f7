type SecurityContext = Readonly<Record<string, unknown>>;

/** What distroless images call `nonroot`. */
const nonRoot = 65532;

/** What the Pod Security Standard "restricted" asks for, with a read-only root. */
export const restricted: SecurityContext = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** The same with the user named. Not for OpenShift's restricted pods, which get theirs from the namespace. */
export const restrictedUser: SecurityContext = { runAsUser: nonRoot, runAsGroup: nonRoot, ...restricted };

/** No root, but its group: runtimes give their sockets the mode 0660 and root as owner and group. */
export const socketUser: SecurityContext = { runAsUser: nonRoot, runAsGroup: 0, ...restricted };

/**
 * Root of the container without any of root's privileges: the owner of the runtime's socket and of a folder that the
 * kubelet makes on the host, and nothing else.
 */
export const ownRoot: SecurityContext = {
  runAsUser: 0,
  runAsGroup: 0,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** OpenShift's SELinux policy lets nothing less reach the socket. */
export const privileged: SecurityContext = {
  runAsUser: 0,
  privileged: true,
  allowPrivilegeEscalation: true,
  readOnlyRootFilesystem: true,
};
