/** What a private registry's configuration is made of. Paths are absolute. */
export interface RegistrySettings {
  readonly stateDir: string;
  /** Where it listens; loopback where it is absent. */
  readonly address?: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Whether every request needs the lab's credentials. */
  readonly login: boolean;
}

/** The one login of the lab's private registry; the hash is bcrypt, which is all that the registry accepts. */
export const labLogin = {
  username: "lab",
  password: "only-in-the-lab",
  passwordHash: "$2y$05$prestowlabprestowlabpupWaTjmj6LN19Hb86z/RblqZ7cGtS9wG",
} as const;

export function htpasswdFile(stateDir: string): string {
  return `${stateDir}/htpasswd`;
}

export function renderHtpasswd(): string {
  return `${labLogin.username}:${labLogin.passwordHash}\n`;
}

/** docker-registry's config.yml, as JSON, which is YAML: files in its state folder, deletions allowed. */
export function renderRegistryConfig(settings: RegistrySettings): string {
  const config = {
    version: 0.1,
    log: { level: "info", accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: `${settings.stateDir}/data`, maxthreads: 100 },
      delete: { enabled: true },
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: { addr: `${settings.address ?? "127.0.0.1"}:${settings.port}`, secret: "prestow-lab" },
    ...(settings.login
      ? { auth: { htpasswd: { realm: "prestow-lab", path: htpasswdFile(settings.stateDir) } } }
      : {}),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** The port in the line by which docker-registry says that it listens; undefined before that line. */
export function parseListeningPort(log: string): number | undefined {
  const port = /listening on [\d.]+:(\d+)/.exec(log)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** A docker config file that logs in at the given registries (`host:port`) with the lab's credentials. */
export function renderDockerConfig(hosts: readonly string[]): string {
  const auth = Buffer.from(`${labLogin.username}:${labLogin.password}`).toString("base64");
  const auths = Object.fromEntries(hosts.map((host) => [host, { auth }]));
  return `${JSON.stringify({ auths }, null, 2)}\n`;
}
