/** What every process of ours says of itself, under the names that Prometheus' own clients use. */
export const processMetricFamilies = [
  {
    name: "process_resident_memory_bytes",
    type: "gauge",
    help: "Resident memory of the process.",
    labels: [],
  },
  {
    name: "process_cpu_seconds",
    type: "counter",
    help: "User and system time of the process.",
    labels: [],
  },
  {
    name: "process_start_time_seconds",
    type: "gauge",
    help: "When the process started, in Unix time.",
    labels: [],
  },
] as const;
