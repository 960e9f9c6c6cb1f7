/**
 * What a person who configures Prestow got wrong: one line that names the place (flag, variable,
 * `file:line`, field), the reason and what to do. The process ends with status 2.
 */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
