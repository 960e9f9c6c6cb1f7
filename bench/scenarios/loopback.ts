import { createColdTotal } from "./cold-total.ts";
import { twelveImages } from "./images.ts";

/** As fast as processor and disk allow. */
export const loopback = createColdTotal(
  { name: "loopback", summary: "12 images of 21 MB, cold, from a registry on loopback", rounds: 9 },
  "twelve",
  twelveImages,
);
