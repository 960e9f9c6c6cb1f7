/** How many leaf tests passed and failed. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** The line with which every run ends; other programs read it. */
export function closingLine({ passed, failed }: Counts): string {
  return `${passed} passed, ${failed} failed`;
}

/** The sum of the lines that runs left in a summary file; throws where one of them is damaged. */
export function sumCounts(text: string): Counts {
  let [passed, failed] = [0, 0];
  for (const line of text.split("\n").filter((part) => part.trim() !== "")) {
    const counts: unknown = JSON.parse(line);
    if (!isCounts(counts)) throw new Error(`the summary has a line that is no count: ${line}`);
    passed += counts.passed;
    failed += counts.failed;
  }
  return { passed, failed };
}

/** Nothing that ran is no success either. */
export function isSuccess({ passed, failed }: Counts): boolean {
  return failed === 0 && passed > 0;
}

function isCounts(value: unknown): value is Counts {
  if (typeof value !== "object" || value === null || !("passed" in value) || !("failed" in value))
    return false;
  return [value.passed, value.failed].every((count) => Number.isSafeInteger(count) && Number(count) >= 0);
}
