import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ConfigError } from "../lib/config-error.ts";
import { defineOptions } from "./options.ts";
import { parseArguments } from "./parse-arguments.ts";

const table = defineOptions({
  "cri-socket": { type: "string", default: "/run/cri.sock", description: "Socket of the runtime" },
  "docker-config": { type: "string", description: "File with credentials" },
  "overall-timeout": { type: "duration", defaultMs: 1_200_000, minMs: 1000, description: "Limit of all" },
  "start-jitter": { type: "duration", description: "Spread of the start" },
  debug: { type: "boolean", description: "Say more" },
  "max-parallel": { type: "integer", default: 4, min: 1, max: 100, description: "Pulls at once" },
  output: { type: "enum", choices: ["text", "json"], default: "text", description: "Form of the result" },
  header: { type: "list", description: "One more header" },
  secretive: { type: "boolean", hidden: true, description: "Nobody's business" },
});

function parse(...argv: string[]) {
  const parsed = parseArguments(table, argv);
  assert.ok(!parsed.help);
  return parsed;
}

test("without arguments every flag has its default", () => {
  assert.deepEqual(parse(), {
    help: false,
    positionals: [],
    options: {
      criSocket: "/run/cri.sock",
      dockerConfig: undefined,
      overallTimeoutMs: 1_200_000,
      startJitterMs: undefined,
      debug: false,
      maxParallel: 4,
      output: "text",
      header: [],
      secretive: false,
    },
  });
});

test("each flag has the type that its table gives it", () => {
  const { options } = parse();
  const criSocket: string = options.criSocket;
  const dockerConfig: string | undefined = options.dockerConfig;
  const overallTimeoutMs: number = options.overallTimeoutMs;
  const output: "text" | "json" = options.output;
  const header: readonly string[] = options.header;
  // @ts-expect-error: without a default it may be undefined
  const startJitterMs: number = options.startJitterMs;
  const all = [criSocket, dockerConfig, overallTimeoutMs, output, header, startJitterMs];
  assert.equal(all.length, 6);
});

const accepted: Record<string, [string[], Record<string, unknown>]> = {
  "a value after a space": [["--cri-socket", "/a"], { criSocket: "/a" }],
  "a value after an equals sign": [["--cri-socket=/a"], { criSocket: "/a" }],
  "one dash, a space": [["-cri-socket", "/a"], { criSocket: "/a" }],
  "one dash, an equals sign": [["-cri-socket=/a=b"], { criSocket: "/a=b" }],
  "a value that looks like a flag": [
    ["--docker-config", "--debug"],
    { dockerConfig: "--debug", debug: false },
  ],
  "a value that is two dashes": [["--docker-config", "--"], { dockerConfig: "--" }],
  "an empty value where the default is none": [["--docker-config="], { dockerConfig: undefined }],
  "an empty value where there is a default": [["--cri-socket="], { criSocket: "" }],
  "the last of repeated flags": [["--output=json", "--output=text"], { output: "text" }],
  "every value of a list": [["--header", "a", "--header=b", "--header="], { header: ["a", "b", ""] }],
  "a boolean alone": [["--debug"], { debug: true }],
  "a boolean that is switched off": [["--debug", "--debug=false"], { debug: false }],
  "Go's other spellings of true": [["--debug=T"], { debug: true }],
  "a duration in Go's syntax": [["--overall-timeout", "1m30s"], { overallTimeoutMs: 90_000 }],
  "a duration of nothing where that is allowed": [["--start-jitter=0"], { startJitterMs: 0 }],
  "the least and the most of an integer": [
    ["--max-parallel=1", "--max-parallel", "100"],
    { maxParallel: 100 },
  ],
  "a hidden flag": [["--secretive"], { secretive: true }],
};
for (const [name, [argv, expected]] of Object.entries(accepted)) {
  test(`takes ${name}`, () => {
    const { options } = parse(...argv);
    assert.deepEqual(options, { ...parse().options, ...expected });
  });
}

const positional: Record<string, [string[], string[]]> = {
  "before, between and after flags": [
    ["a", "--debug", "b", "--output", "json", "c"],
    ["a", "b", "c"],
  ],
  "after two dashes, whatever they look like": [
    ["a", "--", "--debug", "--", "-h"],
    ["a", "--debug", "--", "-h"],
  ],
  "a single dash": [["-", "--debug"], ["-"]],
  "an empty argument": [[""], [""]],
  "what follows a boolean, as in Go": [["--debug", "false"], ["false"]],
};
for (const [name, [argv, expected]] of Object.entries(positional)) {
  test(`positional: ${name}`, () => assert.deepEqual(parse(...argv).positionals, expected));
}

const refused: Record<string, [string[], RegExp]> = {
  "an unknown flag, with the nearest": [
    ["--max-paralel=1"],
    /^unknown flag --max-paralel; did you mean --max-parallel\?$/,
  ],
  "an unknown flag like no other": [["--kubeconfig"], /^unknown flag --kubeconfig; --help lists the flags$/],
  "an unknown flag without telling a hidden one": [["--secretiv"], /--help lists the flags$/],
  "an unknown flag without telling its value": [["--password=hunter2"], /^unknown flag --password; [^=]*$/],
  "a name that every object has": [["--constructor"], /^unknown flag --constructor/],
  "an escape sequence as a flag": [["--\u001b[2J"], /^unknown flag --\\x1b\[2J/],
  "three dashes": [["---debug"], /^"---debug" is no flag/],
  "no name": [["--=secret"], /^"--" is no flag/],
  "a flag without its value": [["--cri-socket"], /^--cri-socket: it needs a value, as in --cri-socket=TEXT$/],
  "a boolean that is neither": [["--debug=maybe"], /^--debug: "maybe" is neither true nor false$/],
  "an empty boolean": [["--debug="], /^--debug: "" is neither/],
  "a fraction": [
    ["--max-parallel=1.5"],
    /^--max-parallel: "1\.5" is no whole number; give one from 1 to 100$/,
  ],
  "an integer that is too small": [["--max-parallel=0"], /"0" is out of range; give one from 1 to 100$/],
  "an integer that is too big": [["--max-parallel", "9e9"], /"9e9" is no whole number/],
  "a choice that is not offered": [
    ["--output=yaml"],
    /^--output: "yaml" is not accepted; give one of text, json$/,
  ],
  "a duration without a unit": [
    ["--overall-timeout=30"],
    /^--overall-timeout: "30" is no duration: .*like 1m30s/,
  ],
  "a duration that is too short": [["--overall-timeout=10ms"], /"10ms" is too short; give at least 1s$/],
  "a duration below nothing": [
    ["--start-jitter=-1s"],
    /^--start-jitter: "-1s" is too short; give at least 0s$/,
  ],
};
for (const [name, [argv, message]] of Object.entries(refused)) {
  test(`refuses ${name}`, () => {
    assert.throws(() => parseArguments(table, argv), { name: "ConfigError", message });
  });
}

for (const argv of [["--help"], ["-h"], ["-help"], ["--h"], ["a", "--debug", "--help", "--unknown"]]) {
  test(`${argv.join(" ")} asks for help`, () =>
    assert.deepEqual(parseArguments(table, argv), { help: true }));
}

test("any command line ends in a result or a ConfigError of one line", () => {
  const word = fc.oneof(fc.string(), fc.constantFrom("--debug", "--", "-", "--output", "--header=x", "1m"));
  fc.assert(
    fc.property(fc.array(word), (argv) => {
      try {
        parseArguments(table, argv);
        return true;
      } catch (error) {
        return error instanceof ConfigError && !error.message.includes("\n");
      }
    }),
  );
});
