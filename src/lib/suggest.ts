/**
 * The candidate that `typed` was most likely meant to be, or undefined where none is near: at most a third
 * of its letters differ, or it begins with what was typed.
 */
export function suggest(typed: string, candidates: Iterable<string>): string | undefined {
  // Nobody mistypes a word this long, and the comparison is quadratic.
  if (typed.length === 0 || typed.length > 100) return undefined;
  let best: string | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(typed.toLowerCase(), candidate.toLowerCase());
    const near = distance <= Math.max(1, Math.floor(candidate.length / 3));
    const begun = typed.length >= 3 && candidate.startsWith(typed);
    // A beginning is the better guess; of several, the shortest.
    const score = begun ? candidate.length / 1000 : distance;
    if ((near || begun) && score < bestScore) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}

/** How many letters must be added, removed, replaced or swapped with their neighbour to make `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let least = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) least = Math.min(least, (beforeLast[column - 2] ?? 0) + 1);
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
