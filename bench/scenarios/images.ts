import type { LayerSpec } from "../../lab/images/build.ts";

/** Twelve images of 21 MB that share nothing. */
export function twelveImages(): LayerSpec[][] {
  return imagesOf(12, (name) => [
    { seed: `${name} base`, sizeBytes: 6_000_000 },
    { seed: name, sizeBytes: 15_000_000 },
  ]);
}

/** Eight images of 66 MB, 60 MB of which are the same layer in all. */
export function sharingImages(): LayerSpec[][] {
  return imagesOf(8, (name) => [
    { seed: "shared base", sizeBytes: 60_000_000 },
    { seed: `sharing ${name}`, sizeBytes: 6_000_000 },
  ]);
}

/** A hundred images of 20 kB. */
export function smallImages(): LayerSpec[][] {
  return imagesOf(100, (name) => [{ seed: `small ${name}`, sizeBytes: 20_000 }]);
}

function imagesOf(count: number, layers: (name: string) => LayerSpec[]): LayerSpec[][] {
  return Array.from({ length: count }, (_, index) => layers(`image ${index + 1}`));
}
