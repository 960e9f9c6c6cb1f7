import { createHash, timingSafeEqual } from "node:crypto";

/** Tells whether an Authorization header holds the token; how much of a wrong one is right is not to be timed. */
export function createTokenCheck(token: string): (authorization: string | undefined) => boolean {
  const expected = digest(token);
  return (authorization = "") => {
    const given = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
    return given !== undefined && timingSafeEqual(digest(given), expected);
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
