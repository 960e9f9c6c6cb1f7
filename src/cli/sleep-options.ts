import type { Command } from "./command.ts";
import { defineOptions } from "./options.ts";

/** `prestow sleep` as help, docs and the parser know it. */
export const sleepCommand = {
  name: "sleep",
  summary: "wait until SIGTERM or SIGINT, then exit 0",
  description:
    "Keeps a container alive after its init container has fetched the images; for manifests of image-prefetcher. It takes no flags and does nothing else.",
  usage: "",
  options: defineOptions({
    debug: { type: "boolean", hidden: true, description: "accepted, without effect" },
  }),
  examples: [],
} satisfies Command;
