/** What `prestow fetch` and the command line itself end with. */
export const exitCodes = {
  /** Every image is present. */
  ok: 0,
  /** One image or more is not. */
  failed: 1,
  /** Flags, environment or configuration that cannot be used. */
  usage: 2,
  /** The container runtime was not reached. */
  runtimeUnreachable: 3,
} as const;
