import assert from "node:assert/strict";
import { listImages, pullImage, pushFreshImages } from "./images.ts";
import { eagerImageCollection, withKubelet } from "./kubelet.ts";
import { eventually, type LabNodeVariables } from "./lab.ts";

/** Of some images, those that a node's runtime knows by neither tag nor digest. */
async function listGone(node: LabNodeVariables, references: readonly string[]): Promise<string[]> {
  const images = await listImages(node);
  const names = new Set(images.flatMap(({ repoTags, repoDigests }) => [...repoTags, ...repoDigests]));
  return references.filter((reference) => !names.has(reference));
}

/** Has a node's kubelet collect every image that nothing uses; resolves to those of the given that are gone then. */
export async function collectImages(
  node: LabNodeVariables,
  references: readonly string[],
): Promise<string[]> {
  const controls = await pushFreshImages(2);
  for (const image of controls) await pullImage(node, image);
  assert.deepEqual(await listGone(node, [...controls, ...references]), []);
  await withKubelet(node, eagerImageCollection, () =>
    eventually(async () => assert.deepEqual(await listGone(node, controls), controls), 120_000),
  );
  return listGone(node, references);
}
