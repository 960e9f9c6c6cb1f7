/*
 * The entrypoint of the image. What stays on a node is this program and not Node.js: for `sleep` and `pause` it waits,
 * for `install PATH` it copies itself, so that containers of other images can wait with it; for everything else it
 * becomes Node.js with the bundle; for the agent, which has to stay, with a smaller bundle and what makes Node.js lean.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static int is_set(const char *variable) {
    const char *value = getenv(variable);
    return value && *value;
}

/*
 * Named, or told as Octops image syncer is: by a variable, with flags alone. Before that comes the variable of
 * kubernetes-image-puller, which is for the other bundle.
 */
static int is_agent(int argc, char **argv) {
    if (argc > 1 && argv[1][0] != '-')
        return strcmp(argv[1], "agent") == 0;
    if (is_set("DEPLOYMENT_NAME") || !is_set("CONN_TARGET"))
        return 0;
    return !(argc > 1 && (is_help(argv[1]) || is_version(argv[1])));
}

static int is_install(int argc, char **argv) {
    return argc == 3 && strcmp(argv[1], "install") == 0 && argv[2][0] != '-';
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

static int write_all(int file, const char *bytes, size_t count) {
    while (count > 0) {
        const ssize_t written = write(file, bytes, count);
        if (written < 0)
            return -1;
        bytes += written;
        count -= (size_t)written;
    }
    return 0;
}

static int copy_self(int to) {
    static char bytes[65536];
    const int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    ssize_t count = from < 0 ? -1 : 0;
    while (from >= 0 && (count = read(from, bytes, sizeof bytes)) > 0)
        if (write_all(to, bytes, (size_t)count) < 0) {
            count = -1;
            break;
        }
    if (from >= 0)
        close(from);
    /* Whatever users the images have, they run it; the mode that open() gives is cut by the umask. */
    return count < 0 || fchmod(to, 0755) < 0 ? -1 : 0;
}

/* By another name first: what is there already may be running, and half a program is none. */
static int install(const char *path) {
    char draft[4096];
    int length = snprintf(draft, sizeof draft, "%s.new", path), file = -1, failed = 1;
    if (length > 0 && (size_t)length < sizeof draft)
        file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    else
        errno = ENAMETOOLONG;
    if (file >= 0) {
        failed = copy_self(file) < 0;
        failed = close(file) < 0 || failed || rename(draft, path) < 0;
    }
    if (failed)
        fprintf(stderr, "prestow: cannot install the program as %s: %s\n", path, strerror(errno));
    return failed;
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
    if (is_install(argc, argv))
        return install(argv[2]);
    return is_agent(argc, argv) ? become_agent(argc, argv) : become_node(argc, argv, flags, BUNDLE);
}
