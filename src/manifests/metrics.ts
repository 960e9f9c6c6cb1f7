import type { KubeObject } from "./kube-object.ts";
import { objectMeta } from "./object-meta.ts";
import { restricted, restrictedUser } from "./security-context.ts";
import type { DeploySettings } from "./settings.ts";

/** Where `fetch` submits results to. */
export const grpcPort = 8443;
const httpPort = 8080;
const suffix = "-metrics";

/** The name of the aggregator's Deployment and Service. */
export function metricsName({ name }: DeploySettings): string {
  return name + suffix;
}

/** The aggregator of pull results and its Service. */
export function createMetrics(settings: DeploySettings): KubeObject[] {
  const labels = { app: metricsName(settings) };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: objectMeta(settings, { suffix, labels }),
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            nodeSelector: { "kubernetes.io/os": "linux" },
            containers: [createAggregator(settings)],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: objectMeta(settings, { suffix, labels }),
      spec: {
        type: settings.serviceType,
        selector: labels,
        ports: [
          { name: "grpc", port: grpcPort, targetPort: "grpc", protocol: "TCP" },
          { name: "http", port: httpPort, targetPort: "http", protocol: "TCP" },
        ],
      },
    },
  ];
}

function createAggregator({ image, flavor }: DeploySettings): Record<string, unknown> {
  const httpGet = { path: "/healthz", port: "http" };
  return {
    name: "aggregator",
    image,
    args: ["aggregate-metrics"],
    ports: [
      { name: "grpc", containerPort: grpcPort },
      { name: "http", containerPort: httpPort },
    ],
    readinessProbe: { httpGet, periodSeconds: 5, timeoutSeconds: 5 },
    livenessProbe: { httpGet, initialDelaySeconds: 30, periodSeconds: 20, timeoutSeconds: 10 },
    resources: {
      requests: { cpu: "5m", memory: "16Mi" },
      // Starting Node.js on a tenth of a core takes many seconds.
      limits: { cpu: "500m", memory: "64Mi" },
    },
    securityContext: flavor === "ocp" ? restricted : restrictedUser,
  };
}
