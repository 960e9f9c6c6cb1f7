/** Says that something is not as it should be although work goes on. A logger's `warn` is one. */
export type Warn = (message: string, fields?: Readonly<Record<string, unknown>>) => void;
