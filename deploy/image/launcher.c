/*
 * The entrypoint of the image. What stays on a node is this program and not Node.js: for `sleep` and `pause` it waits,
 * for everything else it becomes Node.js with the bundle; for the agent, which has to stay, with a smaller bundle and
 * what makes Node.js lean.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef BUNDLE
#define BUNDLE "/usr/local/lib/prestow/prestow.cjs"
#endif
#ifndef AGENT_BUNDLE
#define AGENT_BUNDLE "/usr/local/lib/prestow/agent.cjs"
#endif
/* Where distroless images have Node.js, and where those of the Node.js project have it. */
#ifndef NODES
#define NODES "/nodejs/bin/node", "/usr/local/bin/node"
#endif
/*
 * Keeps V8's young generation small. Measured with the aggregator and 20,000 results: 31 MB of anonymous memory
 * instead of 44, equally fast. That leaves room for Node.js itself under a limit of 64Mi.
 */
#define NODE_FLAG "--max-semi-space-size=1"
/* What saves memory in a process that mostly waits: docs/adr/0015-agent-bundle.md has the measurements. */
#define AGENT_NODE_FLAGS \
    "--max-semi-space-size=1", "--v8-pool-size=0", "--optimize-for-size", "--no-opt", "--no-sparkplug"
#define TEXT_OF(...) #__VA_ARGS__
#define TEXT(...) TEXT_OF(__VA_ARGS__)

/* As shells have it. */
enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

static int is_wait(const char *word) {
    return strcmp(word, "sleep") == 0 || strcmp(word, "pause") == 0;
}

/* `sleep --help` is a question, which Node.js answers with the whole bundle. */
static int is_help(const char *word) {
    return strcmp(word, "--help") == 0 || strcmp(word, "-help") == 0 || strcmp(word, "-h") == 0;
}

static int is_version(const char *word) {
    return strcmp(word, "--version") == 0 || strcmp(word, "-version") == 0;
}

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* A copy of this program that is named `sleep` waits without being told so. */
static int must_wait(int argc, char **argv) {
    if (argc > 0 && is_wait(last_part(argv[0])))
        return 1;
    return argc > 1 && is_wait(argv[1]) && !(argc > 2 && is_help(argv[2]));
}

/* Named, or told as Octops image syncer is: by a variable, with flags alone. */
static int is_agent(int argc, char **argv) {
    const char *target = getenv("CONN_TARGET");
    if (argc > 1 && argv[1][0] != '-')
        return strcmp(argv[1], "agent") == 0;
    return target && *target && !(argc > 1 && (is_help(argv[1]) || is_version(argv[1])));
}

/*
 * The signals are blocked and waited for: for process 1 the kernel drops a signal that is neither blocked nor has a
 * handler. With SIGCHLD ignored the kernel reaps what a shared process namespace leaves to process 1.
 */
static int wait_for_stop(void) {
    sigset_t stops;
    int received;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    sigprocmask(SIG_BLOCK, &stops, NULL);
    signal(SIGCHLD, SIG_IGN);
    while (sigwait(&stops, &received) != 0)
        ;
    return 0;
}

/* Returns only where no Node.js can be started. */
static int become_node(int argc, char **argv, const char *const *flags, const char *bundle) {
    static const char *const nodes[] = {NODES};
    const char *args[argc + 16];
    int count = 0;
    args[count++] = "node";
    while (*flags)
        args[count++] = *flags++;
    args[count++] = bundle;
    for (int i = 1; i < argc; i++)
        args[count++] = argv[i];
    args[count] = NULL;
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        execv(nodes[i], (char *const *)args);
        if (errno != ENOENT)
            break;
    }
    const int status = errno == ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
    fprintf(stderr, "prestow: cannot start Node.js from " TEXT(NODES) ": %s\n", strerror(errno));
    return status;
}

static int become_agent(int argc, char **argv) {
    static const char *const flags[] = {AGENT_NODE_FLAGS, NULL};
    /* One heap of the C library for all threads, and one thread for files and names. Who sets them knows better. */
    setenv("MALLOC_ARENA_MAX", "1", 0);
    setenv("UV_THREADPOOL_SIZE", "1", 0);
    return become_node(argc, argv, flags, AGENT_BUNDLE);
}

int main(int argc, char **argv) {
    static const char *const flags[] = {NODE_FLAG, NULL};
    if (must_wait(argc, argv))
        return wait_for_stop();
    return is_agent(argc, argv) ? become_agent(argc, argv) : become_node(argc, argv, flags, BUNDLE);
}
