import { labImage } from "./lab.ts";

/** What the pods' init container finds out of its node and its cluster, as a line of JSON. */
export interface Findings {
  readonly uid: number;
  readonly gid: number;
  readonly socketInode: number;
  readonly connects: boolean;
  readonly apiAddress: string;
  readonly apiStatus: number;
  readonly apiBody: string;
}

// Runs in a pod by Node.js alone, which has no shell beside it.
const findOut = `
const fs = require("fs"), net = require("net"), https = require("https"), dns = require("dns/promises");
const account = "/var/run/secrets/kubernetes.io/serviceaccount/", socket = "/host/containerd.sock";
const connect = () => new Promise((done) => {
  const c = net.connect(socket, () => { c.destroy(); done(true); }); c.on("error", () => done(false));
});
const call = () => new Promise((done, fail) => {
  const headers = { authorization: "Bearer " + fs.readFileSync(account + "token") };
  https.get("https://kubernetes.default.svc/version", { headers, ca: fs.readFileSync(account + "ca.crt") }, (r) => {
    let text = ""; r.on("data", (d) => { text += d; }).on("end", () => done([r.statusCode, text]));
  }).on("error", fail);
});
(async () => {
  const [apiStatus, apiBody] = await call();
  const { address: apiAddress } = await dns.lookup("kubernetes.default.svc");
  const found = { uid: process.getuid(), gid: process.getgid(), socketInode: fs.statSync(socket).ino,
    connects: await connect(), apiAddress, apiStatus, apiBody };
  console.log(JSON.stringify(found));
})().catch((error) => { console.error(error); process.exit(1); });
`;

const serve = 'require("http").createServer((_, r) => r.end(process.env.NODE_NAME)).listen(8080)';
const labels = { app: "smoke" };

function smokePod(): object {
  const image = labImage("lab/node:24");
  const runtime = { name: "runtime", hostPath: { path: "/var/run/containerd", type: "Directory" } };
  const volumeMounts = [{ name: "runtime", mountPath: "/host", readOnly: true }];
  const env = [{ name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }];
  const command = (script: string) => ["/nodejs/bin/node", "-e", script];
  return {
    securityContext: { runAsUser: 65_532, runAsGroup: 0, seccompProfile: { type: "RuntimeDefault" } },
    initContainers: [{ name: "find-out", image, command: command(findOut), volumeMounts }],
    containers: [{ name: "serve", image, command: command(serve), env }],
    volumes: [runtime],
    terminationGracePeriodSeconds: 0,
  };
}

/** A DaemonSet whose pods look around and then answer with their node's name, and a Service in front of it. */
export function renderSmoke(namespace: string): string {
  const metadata = { name: "smoke", namespace };
  const template = { metadata: { labels }, spec: smokePod() };
  const items = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata,
      spec: { selector: { matchLabels: labels }, template },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { type: "LoadBalancer", selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}
