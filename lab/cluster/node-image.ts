import { readFile } from "node:fs/promises";
import { type BuiltImage, buildImage, type TarFile } from "../images/build.ts";
import { runCommand } from "../run-command.ts";

/** The libraries in what `ldd` prints of a program: the absolute paths, whatever name they were asked for by. */
export function parseLibraries(ldd: string): string[] {
  const paths = ldd.split("\n").map((line) => /(?:=> |^\s+)(\/\S+) \(0x/.exec(line)?.[1]);
  return paths.flatMap((path) => path ?? []);
}

const passwd =
  "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n";

async function readProgram(path: string, at = path): Promise<TarFile> {
  return { path: at.replace(/^\//, ""), bytes: await readFile(path), mode: 0o755 };
}

/**
 * An image of a Node.js program and this machine's own libraries that it is linked with, nothing else: what stands in for
 * a distroless base image, which has its Node.js at the same path.
 */
export async function buildNodeImage(node: string): Promise<BuiltImage> {
  const libraries = parseLibraries(await runCommand(["ldd", node]));
  const files = [
    { path: "etc/passwd", bytes: Buffer.from(passwd) },
    await readProgram(node, "nodejs/bin/node"),
    ...(await Promise.all(libraries.map((path) => readProgram(path)))),
  ];
  return buildImage({ layers: [], files, entrypoint: ["/nodejs/bin/node"] });
}
