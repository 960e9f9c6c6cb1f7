/** The longest that a call to the API server may take. */
export const callMs = 15_000;
