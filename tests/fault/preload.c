/* A library for LD_PRELOAD that makes one call of the program under it fail: the Nth allocation,
 * write, sync, open, accept and so on, whoever makes it, the libraries included.
 *
 *     FAULT=kind:first:count:errno   calls number first … first + count - 1 of that kind fail with
 *                                    that errno (a number); kinds are in `kind_names`, calls count
 *                                    from 0. Without it nothing fails.
 *     FAULT_REPORT=path              gets a line `hit kind number`, and the stack, for the first
 *                                    call that failed, and `calls kind count` lines at the end
 *
 * A write of the kind `short` does half of its work instead. Calls are counted from the moment at
 * which the first of them comes, Not counted is what no machine
 * fails: writes to an eventfd, and a socket's way out of an epoll set. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* The C library's own, for there is no asking for them before memory works. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

enum kind {
    MEMORY,   /* malloc, calloc, realloc and their like, since main() began. */
    LOADING,  /* The same before, in constructors of libraries. */
    WRITE,    /* To files and pipes. */
    SHORT,    /* The same calls, which do half of their work. */
    READ,     /* From files and pipes, and of folders. */
    SEND,     /* To sockets. */
    RECEIVE,  /* From sockets. */
    SYNC,     /* fsync, fdatasync. */
    OPEN,     /* Files and folders. */
    ALLOCATE, /* posix_fallocate, ftruncate. */
    NAME,     /* mkdir, unlink, rename. */
    ACCEPT,
    SOCKET, /* socket, bind, listen, connect, epoll_create1, eventfd, pipe, dup. */
    EPOLL,  /* epoll_ctl, but for the removal of a socket. */
    THREAD, /* pthread_create */
    KINDS_COUNT
};

static const char *const kind_names[KINDS_COUNT] = {
    "memory", "loading",  "write", "short",  "read",   "send",  "receive", "sync",
    "open",   "allocate", "name",  "accept", "socket", "epoll", "thread"};

enum { STACK_MAX = 24, LINE_BYTES = 128 };

static struct {
    enum kind kind; /* KINDS_COUNT: nothing fails. */
    uint64_t first;
    uint64_t count;
    int code;
    bool told;
} fault = {.kind = KINDS_COUNT};

static uint64_t calls[KINDS_COUNT];
static int state;            /* 0: nothing was read yet, 1: it is just being read, 2: it was. */
static __thread bool inside; /* This thread is in this library: what it calls does not count. */

static bool bytes_are(const char *text, size_t size, const char *word)
{
    return strlen(word) == size && memcmp(text, word, size) == 0;
}

/* kind:first:count:errno */
static void read_fault(const char *text)
{
    if (text == NULL)
        return;
    char *end = strchr(text, ':');
    if (end == NULL)
        return;
    for (int kind = 0; kind < KINDS_COUNT; kind++) {
        if (bytes_are(text, (size_t)(end - text), kind_names[kind]))
            fault.kind = (enum kind)kind;
    }
    fault.first = strtoull(end + 1, &end, 10);
    fault.count = *end == ':' ? strtoull(end + 1, &end, 10) : 1;
    fault.code = *end == ':' ? (int)strtol(end + 1, &end, 10) : EIO;
}

static void report_write(const char *line, size_t size, void *const *stack, int stack_count)
{
    const char *path = getenv("FAULT_REPORT");
    if (path == NULL)
        return;
    const long fd =
        syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    (void)syscall(SYS_write, fd, line, size);
    if (stack_count > 0)
        backtrace_symbols_fd(stack, stack_count, (int)fd);
    (void)syscall(SYS_close, fd);
}

static void begin(void)
{
    int expected = 0;
    if (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == 2)
        return;
    if (!__atomic_compare_exchange_n(&state, &expected, 1, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        return; /* This thread is just reading it, as there are no others yet. */
    void *stack[1];
    inside = true;
    (void)backtrace(stack, 1); /* Its first call loads a library. */
    read_fault(getenv("FAULT"));
    inside = false;
    __atomic_store_n(&state, 2, __ATOMIC_RELEASE);
}

static void tell(enum kind kind, uint64_t number)
{
    char line[LINE_BYTES];
    void *stack[STACK_MAX];
    inside = true;
    const int length =
        snprintf(line, sizeof(line), "hit %s %llu\n", kind_names[kind], (unsigned long long)number);
    const int count = backtrace(stack, STACK_MAX);
    report_write(line, (size_t)length, stack, count);
    inside = false;
}

/* Counts a call. True: it fails, and errno says with what. */
static bool fails(enum kind kind)
{
    if (inside)
        return false;
    begin();
    const uint64_t number = __atomic_fetch_add(&calls[kind], 1, __ATOMIC_RELAXED);
    if (kind != fault.kind || number < fault.first || number - fault.first >= fault.count)
        return false;
    if (!__atomic_exchange_n(&fault.told, true, __ATOMIC_RELAXED))
        tell(kind, number);
    errno = fault.code;
    return true;
}

__attribute__((destructor)) static void report_calls(void)
{
    inside = true;
    for (int kind = 0; kind < KINDS_COUNT; kind++) {
        char line[LINE_BYTES];
        const int length = snprintf(line, sizeof(line), "calls %s %llu\n", kind_names[kind],
                                    (unsigned long long)calls[kind]);
        report_write(line, (size_t)length, NULL, 0);
    }
}

/* Finds the function behind ours, and writes its address to *function. */
static void find_next(void *function, const char *name)
{
    const bool was_inside = inside;
    inside = true;
    void *found = dlsym(RTLD_NEXT, name);
    inside = was_inside;
    if (found == NULL)
        abort();
    memcpy(function, &found, sizeof(found));
}

/* Declares `next`, what comes behind the function `name`. */
#define NEXT(name)                                                                                 \
    static __typeof__(&name) next;                                                                 \
    if (next == NULL)                                                                              \
    find_next(&next, #name)

/* Defines a function that counts as a kind and otherwise is what it was. */
#define WRAP(type, failed, kind, name, parameters, arguments)                                      \
    type name parameters                                                                           \
    {                                                                                              \
        NEXT(name);                                                                                \
        return fails(kind) ? (failed) : next arguments;                                            \
    }

/* --- Memory. --- */

static bool main_began;
static int (*main_function)(int, char **, char **);

static int begin_main(int argc, char **argv, char **environment)
{
    main_began = true;
    return main_function(argc, argv, environment);
}

/* What the program's first instructions call. */
int __libc_start_main(int (*function)(int, char **, char **), int argc, char **argv,
                      void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
                      void *stack_end);

/* tidy: allow function-parameters, the C library's signature */
int __libc_start_main(int (*function)(int, char **, char **), int argc, char **argv,
                      void (*init)(void), void (*fini)(void), void (*rtld_fini)(void),
                      void *stack_end)
{
    NEXT(__libc_start_main);
    main_function = function;
    return next(begin_main, argc, argv, init, fini, rtld_fini, stack_end);
}

static bool no_memory(void)
{
    return fails(main_began ? MEMORY : LOADING);
}

void *malloc(size_t size)
{
    return no_memory() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return no_memory() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return no_memory() ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size)
{
    size_t bytes = 0;
    if (no_memory() || __builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return __libc_realloc(old, bytes);
}

void *memalign(size_t alignment, size_t size);

void *memalign(size_t alignment, size_t size)
{
    return no_memory() ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return no_memory() ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    if (no_memory())
        return ENOMEM;
    *memory = __libc_memalign(alignment, size);
    return *memory == NULL ? ENOMEM : 0;
}

/* --- Bytes. --- */

enum target { TARGET_FILE, TARGET_SOCKET, TARGET_OTHER };

static enum target target_of(int fd)
{
    struct stat status;
    const int code = errno;
    const bool known = fstat(fd, &status) == 0;
    errno = code;
    if (!known)
        return TARGET_OTHER;
    if (S_ISSOCK(status.st_mode))
        return TARGET_SOCKET;
    return S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)
               ? TARGET_FILE
               : TARGET_OTHER;
}

/* True: a write fails. False: it writes *size bytes. */
static bool write_fails(int fd, size_t *size)
{
    const enum target target = target_of(fd);
    if (target == TARGET_SOCKET)
        return fails(SEND);
    if (target != TARGET_FILE)
        return false;
    if (fails(SHORT))
        *size = (*size + 1) / 2;
    return fails(WRITE);
}

static bool read_fails(int fd)
{
    const enum target target = target_of(fd);
    return target != TARGET_OTHER && fails(target == TARGET_SOCKET ? RECEIVE : READ);
}

ssize_t write(int fd, const void *data, size_t size)
{
    NEXT(write);
    return write_fails(fd, &size) ? -1 : next(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    NEXT(pwrite);
    return write_fails(fd, &size) ? -1 : next(fd, data, size, offset);
}

/* By this name SQLite calls it. */
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
    NEXT(pwrite64);
    return write_fails(fd, &size) ? -1 : next(fd, data, size, offset);
}

ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    size_t size = 0;
    NEXT(writev);
    return write_fails(fd, &size) ? -1 : next(fd, pieces, count);
}

ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t offset)
{
    size_t size = 0;
    NEXT(pwritev);
    return write_fails(fd, &size) ? -1 : next(fd, pieces, count, offset);
}

ssize_t read(int fd, void *data, size_t size)
{
    NEXT(read);
    return read_fails(fd) ? -1 : next(fd, data, size);
}

ssize_t pread(int fd, void *data, size_t size, off_t offset)
{
    NEXT(pread);
    return read_fails(fd) ? -1 : next(fd, data, size, offset);
}

ssize_t pread64(int fd, void *data, size_t size, off64_t offset)
{
    NEXT(pread64);
    return read_fails(fd) ? -1 : next(fd, data, size, offset);
}

/* clang-format off */
WRAP(struct dirent *, NULL, READ, readdir, (DIR *folder), (folder))
WRAP(ssize_t, -1, SEND, send, (int fd, const void *data, size_t size, int flags),
     (fd, data, size, flags))
WRAP(ssize_t, -1, SEND, sendmsg, (int fd, const struct msghdr *message, int flags),
     (fd, message, flags))
WRAP(ssize_t, -1, RECEIVE, recv, (int fd, void *data, size_t size, int flags),
     (fd, data, size, flags))
WRAP(ssize_t, -1, RECEIVE, recvmsg, (int fd, struct msghdr *message, int flags),
     (fd, message, flags))

/* --- Files. --- */

WRAP(int, -1, SYNC, fsync, (int fd), (fd))
WRAP(int, -1, SYNC, fdatasync, (int fd), (fd))
WRAP(int, errno, ALLOCATE, posix_fallocate, (int fd, off_t offset, off_t size), (fd, offset, size))
WRAP(int, -1, ALLOCATE, ftruncate, (int fd, off_t size), (fd, size))
WRAP(int, -1, NAME, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, -1, NAME, unlink, (const char *path), (path))
WRAP(int, -1, NAME, rename, (const char *from, const char *to), (from, to))
WRAP(DIR *, NULL, OPEN, opendir, (const char *path), (path))
WRAP(FILE *, NULL, OPEN, fopen, (const char *path, const char *mode), (path, mode))
WRAP(FILE *, NULL, OPEN, fopen64, (const char *path, const char *mode), (path, mode))
WRAP(FILE *, NULL, OPEN, fdopen, (int fd, const char *mode), (fd, mode))
WRAP(int, -1, OPEN, mkstemp, (char *path), (path))
/* clang-format on */

/* The mode of a call of open's family, where its flags ask for one. */
#define MODE_OF(flags, mode)                                                                       \
    mode_t mode = 0;                                                                               \
    if (((flags) & (O_CREAT | O_TMPFILE)) != 0) {                                                  \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode = va_arg(arguments, mode_t);                                                          \
        va_end(arguments);                                                                         \
    }

int open(const char *path, int flags, ...)
{
    NEXT(open);
    MODE_OF(flags, mode)
    return fails(OPEN) ? -1 : next(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    NEXT(open64);
    MODE_OF(flags, mode)
    return fails(OPEN) ? -1 : next(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    NEXT(openat);
    MODE_OF(flags, mode)
    return fails(OPEN) ? -1 : next(folder, path, flags, mode);
}

/* --- Sockets and threads. --- */

/* clang-format off */
WRAP(int, -1, ACCEPT, accept, (int fd, struct sockaddr *peer, socklen_t *bytes), (fd, peer, bytes))
WRAP(int, -1, ACCEPT, accept4, (int fd, struct sockaddr *peer, socklen_t *bytes, int flags),
     (fd, peer, bytes, flags))
WRAP(int, -1, SOCKET, socket, (int family, int type, int protocol), (family, type, protocol))
WRAP(int, -1, SOCKET, bind, (int fd, const struct sockaddr *address, socklen_t bytes),
     (fd, address, bytes))
WRAP(int, -1, SOCKET, listen, (int fd, int backlog), (fd, backlog))
WRAP(int, -1, SOCKET, connect, (int fd, const struct sockaddr *address, socklen_t bytes),
     (fd, address, bytes))
WRAP(int, -1, SOCKET, epoll_create1, (int flags), (flags))
WRAP(int, -1, SOCKET, eventfd, (unsigned int value, int flags), (value, flags))
WRAP(int, -1, SOCKET, pipe, (int fds[2]), (fds))
WRAP(int, -1, SOCKET, pipe2, (int fds[2], int flags), (fds, flags))
WRAP(int, -1, SOCKET, dup, (int fd), (fd))
WRAP(int, fault.code, THREAD, pthread_create, (pthread_t *thread, const pthread_attr_t *attributes,
     void *(*run)(void *), void *context),
     (thread, attributes, run, context))
/* clang-format on */

/* Taking a socket out of a set cannot fail. */
int epoll_ctl(int epoll, int action, int fd, struct epoll_event *event)
{
    NEXT(epoll_ctl);
    return action != EPOLL_CTL_DEL && fails(EPOLL) ? -1 : next(epoll, action, fd, event);
}
