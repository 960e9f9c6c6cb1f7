import { pushTaggedLayout, type TaggedLayout } from "../image/build.ts";
import { clusterRegistries } from "./seed.ts";

const layouts = JSON.parse(process.argv[2] ?? "") as TaggedLayout[];
for (const layout of layouts) {
  const { reference } = await pushTaggedLayout(clusterRegistries.registry, layout);
  process.stdout.write(`${reference}\n`);
}
