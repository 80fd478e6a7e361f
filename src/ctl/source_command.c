/* A shell whose output is read from a pipe, so that its end is seen, and its exit status asked for.
 * It has a process group of its own: what it started ends with it when the run is stopped. */
#include "ctl/source_command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sheet/spool.h"

enum { WAIT_MS = 100, READ_BYTES = 64 * 1024 };

extern char **environ;

static enum err fail(struct buffer *problem, const char *what)
{
    buffer_append_format(problem, "%s: %s", what, strerror(errno));
    return ERR_IO;
}

/* Copies the pipe until its end. */
static enum err pipe_copy(int from, int to, bool (*is_stopped)(void), struct buffer *problem)
{
    uint8_t data[READ_BYTES];
    uint64_t bytes = 0;
    for (;;) {
        struct pollfd poll_fd = {.fd = from, .events = POLLIN};
        if (is_stopped != NULL && is_stopped())
            return ERR_BUSY;
        if (poll(&poll_fd, 1, WAIT_MS) <= 0)
            continue;
        const ssize_t count = read(from, data, sizeof(data));
        if (count == 0)
            return OK;
        if (count < 0 && errno != EINTR)
            return fail(problem, "cannot read what the command prints");
        if (count < 0)
            continue;
        const enum err error =
            spool_write(to, (struct bytes){data, (size_t)count}, &bytes, problem);
        if (error != OK)
            return error;
    }
}

/* Starts the shell in a process group of its own, its output into `output`. Gives an errno. */
static int shell_start(const char *command, int output, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char *const words[] = {strdup("sh"), strdup("-c"), strdup(command), NULL};
    sigset_t defaults;
    int code = words[0] == NULL || words[1] == NULL || words[2] == NULL ? ENOMEM : 0;
    (void)sigemptyset(&defaults);
    (void)sigaddset(&defaults, SIGPIPE); /* Which stockctl ignores, and its child should not. */
    (void)sigaddset(&defaults, SIGINT);
    (void)sigaddset(&defaults, SIGTERM);
    if (code == 0)
        code = posix_spawn_file_actions_init(&actions);
    if (code == 0) {
        code = posix_spawnattr_init(&attributes);
        if (code == 0) {
            (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY,
                                                   0);
            (void)posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
            (void)posix_spawnattr_setflags(&attributes,
                                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
            (void)posix_spawnattr_setpgroup(&attributes, 0);
            (void)posix_spawnattr_setsigdefault(&attributes, &defaults);
            code = posix_spawn(pid, "/bin/sh", &actions, &attributes, words, environ);
            (void)posix_spawnattr_destroy(&attributes);
        }
        (void)posix_spawn_file_actions_destroy(&actions);
    }
    for (int i = 0; i < 3; i++)
        free(words[i]);
    return code;
}

/* Waits for the end. ERR_INVALID: it was not a good one. */
static enum err shell_end(pid_t pid, struct buffer *problem)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return fail(problem, "cannot wait for the command");
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return OK;
    const bool exited = WIFEXITED(status);
    buffer_append_format(problem, "the command %s %d; nothing was taken",
                         exited ? "ended with exit status" : "was ended by signal",
                         exited ? WEXITSTATUS(status) : WTERMSIG(status));
    return ERR_INVALID;
}

static enum err command_run(const char *command, bool (*is_stopped)(void), int spool,
                            struct buffer *problem)
{
    int ends[2];
    pid_t pid = 0;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail(problem, "cannot make a pipe");
    const int code = shell_start(command, ends[1], &pid);
    (void)close(ends[1]);
    if (code != 0) {
        (void)close(ends[0]);
        errno = code;
        return fail(problem, "cannot start /bin/sh");
    }
    enum err error = pipe_copy(ends[0], spool, is_stopped, problem);
    (void)close(ends[0]);
    if (error == OK)
        return shell_end(pid, problem);
    struct buffer ignored;
    buffer_init(&ignored);
    (void)kill(-pid, SIGKILL);
    (void)shell_end(pid, &ignored);
    buffer_deinit(&ignored);
    return error;
}

enum err source_command(const struct row_source_settings *settings, int *fd, struct buffer *problem)
{
    enum err error = spool_open(NULL, fd, problem);
    if (error != OK)
        return error;
    error = command_run(settings->text, settings->is_stopped, *fd, problem);
    if (error != OK)
        (void)close(*fd);
    return error;
}
