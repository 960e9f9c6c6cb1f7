/** One command of the demo. */
export interface DemoStep {
  /** What is shown, in one sentence. */
  readonly title: string;
  /** For the shell; what people see is what runs. */
  readonly command: string;
  /** The exit status that is right. */
  readonly status: number;
  /** Whether the registry is behind a slow link, so that there is something to watch. */
  readonly slow?: boolean;
}

/** The speed of the slow link: 400 Mbit/s, a usual one between a node and its registry. */
export const slowBytesPerSecond = 50_000_000;

const continued = " \\\n    ";
const fetch = "prestow fetch --cri-socket $PRESTOW_LAB_CRI";
const fetchList = [fetch, "--image-list-file $PRESTOW_LAB_IMAGES"].join(continued);

/** What the demo shows, in order. The variables are those of `lab/exec`. */
export const demoSteps: readonly DemoStep[] = [
  {
    title: "Fetch a list of 12 images; the registry is behind a link of 400 Mbit/s.",
    command: fetchList,
    status: 0,
    slow: true,
  },
  {
    title: "What the runtime lists now, by its own tool.",
    command: "ctr images ls -q 'name~=:v1$'",
    status: 0,
  },
  {
    title: "The same list again: what is present costs nothing.",
    command: `${fetchList} | tail -n 1`,
    status: 0,
  },
  {
    title: "A good name beside a wrong one: three attempts, then exit status 1.",
    command: [fetch, "$PRESTOW_LAB_REGISTRY/shop/cart:v1 $PRESTOW_LAB_REGISTRY/shop/kart:v1"].join(continued),
    status: 1,
  },
];

/** The last words: what to do with what is left running, or what to try next. */
export function renderClosing(folder: string, keep: boolean): string {
  const kept = `
The demo's runtime and registry still run (KEEP=1). To use them:
  export PRESTOW_LAB_STATE=${folder}
  lab/exec ctr images ls
  lab/exec sh -c 'prestow fetch --cri-socket $PRESTOW_LAB_CRI \\
    $PRESTOW_LAB_REGISTRY/tools/any:v1'
To stop them and remove what they left:
  PRESTOW_LAB_STATE=${folder} lab/down
`;
  const ended = `
All that the demo started has ended. Next:
  KEEP=1 make demo            the same, and leaves runtime and registry running
  bin/prestow fetch --help    every flag; docs/fetch.md explains them
  bin/prestow fetch --cri-socket SOCKET IMAGE        on a node of yours
`;
  return keep ? kept : ended;
}
