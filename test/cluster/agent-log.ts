const start = 'time="\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:Z|[+-]\\d\\d:\\d\\d)" level=info';

function line(rest: string): RegExp {
  return new RegExp(`^${start} ${rest}$`, "m");
}

/** The syncer's line for an image of a Fleet that was pulled. */
export function syncedLine(fleet: string, image: string): RegExp {
  return line(`msg="fleet synced" fleet=${fleet} image="${image}" ref="sha256:[0-9a-f]{64}"`);
}

/** The syncer's line for an image of a Fleet that was there already. */
export function presentLine(fleet: string, image: string): RegExp {
  return line(`msg="image already present" fleet=${fleet} image="${image}"`);
}

/** The syncer's line for a Fleet that is gone. */
export function deletedLine(fleet: string): RegExp {
  return line(`msg="fleet ${fleet} deleted"`);
}

/** How often a line is in a log. */
export function countLines(log: string, pattern: RegExp): number {
  return log.match(new RegExp(pattern.source, "gm"))?.length ?? 0;
}
