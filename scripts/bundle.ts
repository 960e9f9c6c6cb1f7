import { type BuildOptions, build, type Plugin } from "esbuild";

// CommonJS, because Node starts it faster than the same bundle as a module (docs/adr/0004-bundle.md).
const options: BuildOptions = {
  entryPoints: ["src/main.ts"],
  bundle: true,
  minify: true,
  keepNames: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  banner: { js: "#!/usr/bin/env node" },
  legalComments: "linked",
  logLevel: "warning",
};

// What is in a bundle stays in memory, be it run or not: the agent's has its own subcommand alone (0015-agent-bundle.md).
const agentAlone: Plugin = {
  name: "agent-alone",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^\.\/commands\.ts$/ }, ({ path: _, ...from }) =>
      resolve("./agent-commands.ts", { ...from, kind: from.kind }),
    );
  },
};

await Promise.all([
  build({ ...options, outfile: "dist/prestow.cjs" }),
  build({ ...options, outfile: "dist/agent.cjs", plugins: [agentAlone] }),
]);
