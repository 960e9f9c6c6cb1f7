import { LineCounter, parseDocument } from "yaml";
import { ConfigError } from "./config-error.ts";

/**
 * A YAML or JSON document; `where` names it in the `ConfigError` for text that is neither. The parser's own
 * messages are not used: they quote the text, and that may hold secrets.
 */
export function parseYaml(text: string, where: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: "error" });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    const code = error.code.toLowerCase().replaceAll("_", " ");
    throw new ConfigError(`${where}:${line}:${col}: it is not valid YAML or JSON (${code})`);
  }
  try {
    return document.toJS();
  } catch {
    throw new ConfigError(`${where}: it is not valid YAML: its aliases cannot be resolved`);
  }
}
