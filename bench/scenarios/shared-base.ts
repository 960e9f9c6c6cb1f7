import { createColdTotal } from "./cold-total.ts";
import { sharingImages } from "./images.ts";

/** A layer that many pulls want at the same time is to come once, and to hold nobody up. */
export const sharedBase = createColdTotal(
  { name: "shared-base", summary: "8 images that share a layer of 60 MB, cold", rounds: 7 },
  "sharing",
  sharingImages,
);
