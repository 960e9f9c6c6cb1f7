import type { Clock } from "./clock.ts";
import { type LogValue, toLogFields } from "./log-value.ts";
import { printable } from "./printable.ts";

/** From the most talkative to the least. */
export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Writes one line with a constant message; what differs from call to call goes into the fields. */
export type LogMethod = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A place to say what happens. No method ever throws. */
export type Logger = Readonly<Record<LogLevel, LogMethod>>;

export interface LoggerOptions {
  /** The least level that is written. */
  readonly level: LogLevel;
  /** JSON lines for machines, `12:03:04 info  message key=value` (local time) for a terminal, or a form of its own. */
  readonly format: "json" | "text" | LogFormat;
  readonly clock: Pick<Clock, "dateMs">;
  /** Gets each line without its line break. */
  readonly write: (line: string) => void;
}

/** One line of a log, made safe: what is left is to write it down. */
export interface LogEntry {
  readonly dateMs: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, LogValue>>;
}

/** Writes an entry down as one line. */
export type LogFormat = (entry: LogEntry) => string;

const formats: Readonly<Record<"json" | "text", LogFormat>> = { json: renderJson, text: renderText };

/** A logger that drops what is below `level`; text from outside cannot break out of its line. */
export function createLogger(options: LoggerOptions): Logger {
  const render = typeof options.format === "function" ? options.format : formats[options.format];
  const least = logLevels.indexOf(options.level);
  const method = (level: LogLevel): LogMethod => {
    if (logLevels.indexOf(level) < least) return () => {};
    return (message, fields = {}) => {
      const entry = { level, message: printable(String(message)), fields: toLogFields(fields) };
      try {
        options.write(render({ dateMs: options.clock.dateMs(), ...entry }));
      } catch {
        // Nobody is left to be told: a log that cannot be written must not end the work it describes.
      }
    };
  };
  return { debug: method("debug"), info: method("info"), warn: method("warn"), error: method("error") };
}

function renderJson({ dateMs, level, message, fields }: LogEntry): string {
  const head = { time: new Date(dateMs).toISOString(), level, msg: message };
  const rest = Object.entries(fields).map(([key, value]) => [
    Object.hasOwn(head, key) ? `${key}_` : key,
    value,
  ]);
  return JSON.stringify({ ...head, ...Object.fromEntries(rest) });
}

function renderText({ dateMs, level, message, fields }: LogEntry): string {
  const time = new Date(dateMs).toTimeString().slice(0, 8);
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${quoteWhereNeeded(value)}`);
  return [`${time} ${level.padEnd(5)} ${message}`, ...pairs].join(" ");
}

function quoteWhereNeeded(value: LogValue): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
