import type { Clock } from "./clock.ts";
import type { LogEntry, LogFormat, LogLevel } from "./log.ts";
import type { LogValue } from "./log-value.ts";

export interface LogrusFormatOptions {
  /** The short form for people: `INFO[0031] message   key=value`. */
  readonly terminal: boolean;
  readonly clock: Pick<Clock, "nowMs">;
}

const names: Readonly<Record<LogLevel, string>> = {
  debug: "debug",
  info: "info",
  warn: "warning",
  error: "error",
};

/** What logrus writes itself; fields of these names are set apart. */
const ownKeys: ReadonlySet<string> = new Set(["time", "level", "msg", "logrus_error", "func", "file"]);

/** Where the fields begin on a terminal: Octops image syncer's column. */
const messageWidth = 24;

/**
 * The lines that logrus' TextFormatter writes, which scripts made for Octops image syncer read:
 * `time="2026-11-21T12:00:00Z" level=info msg="fleet synced" fleet=a`; time is UTC. On a terminal without colours.
 */
export function createLogrusFormat({ terminal, clock }: LogrusFormatOptions): LogFormat {
  if (!terminal) return renderPlain;
  const startMs = clock.nowMs();
  return (entry) => renderTerminal(entry, Math.floor((clock.nowMs() - startMs) / 1000));
}

function renderPlain({ dateMs, level, message, fields }: LogEntry): string {
  const time = new Date(dateMs).toISOString().replace(/\.\d+Z$/, "Z");
  const head = `time="${time}" level=${names[level]} msg=${quoteWhereNeeded(message)}`;
  return [head, ...renderFields(fields)].join(" ");
}

function renderTerminal({ level, message, fields }: LogEntry, seconds: number): string {
  const head = `${names[level].slice(0, 4).toUpperCase()}[${String(seconds).padStart(4, "0")}]`;
  return [head, message.padEnd(messageWidth), ...renderFields(fields)].join(" ").trimEnd();
}

function renderFields(fields: LogEntry["fields"]): string[] {
  return Object.entries(fields)
    .map(([key, value]): [string, LogValue] => [ownKeys.has(key) ? `fields.${key}` : key, value])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([key, value]) =>
        `${key}=${quoteWhereNeeded(typeof value === "string" ? value : JSON.stringify(value))}`,
    );
}

function quoteWhereNeeded(text: string): string {
  return /^[A-Za-z0-9\-._/@^+]*$/.test(text) ? text : JSON.stringify(text);
}
