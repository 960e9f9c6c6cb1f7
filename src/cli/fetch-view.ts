import { createLogger, type Logger } from "../lib/log.ts";
import { createEventLog } from "../results/event-log.ts";
import { createTerminalView, type TerminalView } from "../results/progress/terminal-view.ts";
import { createProgressTracker } from "../results/progress/tracker.ts";
import type { PullObserver } from "../results/pull-events.ts";
import type { CliContext } from "./context.ts";

/** What a person or a log collector sees of a run while it lasts, on standard error. */
export interface FetchView {
  readonly log: Logger;
  /** The images of the run, by normalized name, are known now. */
  start(images: readonly string[]): PullObserver;
  /** Takes the live view away; must be called in a `finally`. */
  close(): void;
}

const repaintMs = 200;

/** On a terminal a live view with warnings above it, elsewhere JSON lines. */
export function createFetchView(context: CliContext, debug: boolean): FetchView {
  return context.stderr.terminal === undefined
    ? createLogView(context, debug)
    : createLiveView(context, debug);
}

function createLogView({ stderr, clock }: CliContext, debug: boolean): FetchView {
  const write = (line: string) => stderr.write(`${line}\n`);
  const log = createLogger({ level: debug ? "debug" : "info", format: "json", clock, write });
  return { log, start: () => createEventLog(log, clock), close: () => {} };
}

function createLiveView({ stderr, clock }: CliContext, debug: boolean): FetchView {
  const { columns, rows } = stderr.terminal ?? { columns: () => 80, rows: () => 24 };
  const view: TerminalView = createTerminalView({
    write: (text) => stderr.write(text),
    columns,
    rows,
    clock,
  });
  // The view itself shows what goes well.
  const log = createLogger({
    level: debug ? "debug" : "warn",
    format: "text",
    clock,
    write: (line) => view.log(line),
  });
  let repaint: NodeJS.Timeout | undefined;
  return {
    log,
    start(images) {
      const tracker = createProgressTracker(images, clock);
      const say = createEventLog(log, clock);
      const paint = () => view.update(tracker.state());
      repaint = setInterval(paint, repaintMs);
      paint();
      return (event) => {
        tracker.observe(event);
        // How an image ended stands in the summary, a moment later.
        if (event.type !== "done") say(event);
      };
    },
    close() {
      clearInterval(repaint);
      view.close();
    },
  };
}
