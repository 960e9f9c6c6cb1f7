import { type ImageReference, normalizedName, repositoryName } from "../image/reference.ts";
import { ConfigError } from "../lib/config-error.ts";
import { printable } from "../lib/printable.ts";

/** A pattern for images: `*` stands for any characters (a slash, too), `?` for one. */
export interface ImageGlob {
  /** As the user wrote it. */
  readonly text: string;
}

const hub = "docker.io/";
const hubLibrary = "docker.io/library/";

/** Checks a pattern for images; `flag` names it in the `ConfigError` for what can match no image. */
export function parseImageGlob(text: string, flag = "--include-image, --exclude-image"): ImageGlob {
  if (text === "") throw new ConfigError(`${flag}: the pattern is empty; write one such as quay.io/team/*`);
  const strange = /[^A-Za-z0-9._\-/:@[\]%+*?]/u.exec(text);
  if (strange === null) return { text };
  const shown = printable(text, 200);
  const reason = `no image has the character "${printable(strange[0])}"; * stands for any characters, ? for one`;
  throw new ConfigError(`${flag}: "${shown}": ${reason}`);
}

/**
 * Whether a pattern is meant for an image. It is compared with the normalized name, with repository and tag where a
 * digest stands beside them, and with the repository alone, each also without `docker.io/` and `docker.io/library/`: `nginx`,
 * `nginx:1.*` and `docker.io/library/*` all match `nginx:1.27`.
 */
export function matchesImageGlob(glob: ImageGlob, image: ImageReference): boolean {
  return listNames(image).some((name) => matchesGlob(glob.text, name));
}

/** Whether the whole text fits the pattern, in time proportional to both lengths at worst. */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < text.length; ) {
    const unit = pattern[at];
    if (unit === "*") {
      star = at++;
      resume = index;
    } else if (unit !== undefined && (unit === "?" || unit === text[index])) {
      at++;
      index++;
    } else {
      if (star < 0) return false;
      // The last star takes one character more: an earlier one need never be tried again.
      at = star + 1;
      index = ++resume;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}

function listNames(image: ImageReference): string[] {
  const repository = repositoryName(image);
  const tagged = image.tag === undefined ? [] : [`${repository}:${image.tag}`];
  return [normalizedName(image), ...tagged, repository].flatMap((name) => [name, ...listShortForms(name)]);
}

function listShortForms(name: string): string[] {
  if (!name.startsWith(hub)) return [];
  if (!name.startsWith(hubLibrary)) return [name.slice(hub.length)];
  const short = name.slice(hubLibrary.length);
  return [short, `library/${short}`, `${hub}${short}`];
}
