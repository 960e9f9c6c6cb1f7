import { build } from "esbuild";

// CommonJS, because Node starts it faster than the same bundle as a module (docs/adr/0004-bundle.md).
await build({
  entryPoints: ["src/main.ts"],
  outfile: "dist/prestow.cjs",
  bundle: true,
  minify: true,
  keepNames: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  banner: { js: "#!/usr/bin/env node" },
  legalComments: "linked",
  logLevel: "warning",
});
