import { randomUUID } from "node:crypto";
import { parseBasic } from "./request.ts";

/** Who may use a repository. All values are a test's own. */
export interface Protection {
  readonly scheme: "basic" | "bearer";
  readonly username: string;
  readonly password: string;
  /** A refresh token that the token service takes instead of the password (docker's `identitytoken`). */
  readonly identityToken?: string;
  /** A bearer token that the registry itself takes (docker's `registrytoken`). */
  readonly registryToken?: string;
}

/** What somebody shows to the token service. */
export interface Grant {
  readonly username?: string;
  readonly password?: string;
  readonly refreshToken?: string;
}

/** Which repositories are protected, and the tokens that open them. */
export interface Access {
  protect(repository: string, protection: Protection): void;
  /** Undefined where the request may pass, else the challenge (WWW-Authenticate). */
  challenge(repository: string, authorization: string | undefined): string | undefined;
  /** A token for those of the repositories that the grant opens; undefined where the grant is wrong for one. */
  issueToken(repositories: readonly string[], grant: Grant): string | undefined;
}

/** `realm` is the URL of the token service. */
export function createAccess(realm: () => string): Access {
  const protections = new Map<string, Protection>();
  const tokens = new Map<string, readonly string[]>();
  const allows = (repository: string, protection: Protection, authorization: string | undefined) => {
    if (protection.scheme === "basic") return matches(protection, parseBasic(authorization) ?? {});
    const token = /^Bearer (.+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) return false;
    return token === protection.registryToken || tokens.get(token)?.includes(repository) === true;
  };
  return {
    protect: (repository, protection) => void protections.set(repository, protection),
    challenge(repository, authorization) {
      const protection = protections.get(repository);
      if (protection === undefined || allows(repository, protection, authorization)) return undefined;
      if (protection.scheme === "basic") return basicChallenge;
      const refused = authorization === undefined ? "" : ',error="insufficient_scope"';
      return `Bearer realm="${realm()}",service="test-registry",scope="repository:${repository}:pull"${refused}`;
    },
    issueToken(repositories, grant) {
      const opened = repositories.filter((name) => opens(protections.get(name), grant));
      const anonymous = grant.username === undefined && grant.refreshToken === undefined;
      if (!anonymous && opened.length < repositories.length) return undefined;
      const token = randomUUID();
      tokens.set(token, opened);
      return token;
    },
  };
}

export const basicChallenge = 'Basic realm="test-registry"';

/** The repositories named by the `scope` parameters of a token request. */
export function parseScopes(parameters: URLSearchParams): string[] {
  const scopes = parameters.getAll("scope").flatMap((scope) => scope.split(" "));
  const names = scopes.map((scope) => /^repository:(.+):[^:]+$/.exec(scope)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

function opens(protection: Protection | undefined, grant: Grant): boolean {
  return protection === undefined || matches(protection, grant);
}

function matches(protection: Protection, grant: Grant): boolean {
  if (grant.refreshToken !== undefined) return grant.refreshToken === protection.identityToken;
  return grant.username === protection.username && grant.password === protection.password;
}
