import { type ClusterSeed, seedCluster } from "./seed.ts";

const seed = JSON.parse(process.argv[2] ?? "") as ClusterSeed;
process.stdout.write((await seedCluster(seed)).map((ref) => `${ref}\n`).join(""));
