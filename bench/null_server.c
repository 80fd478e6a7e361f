/* Answers every request with 200 {"status":"OK"} and does none of the work: the limit of this way
 * of serving. It is set up as stockd is: libmicrohttpd, epoll in a pool of threads, the whole body
 * copied chunk by chunk into one buffer sized by Content-Length, the rate headers on each answer,
 * and with --sync a suspended connection until some bytes are durable. A body over the API's limit
 * is cut off by closing the connection. SIGTERM or SIGINT ends it. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "null_commit.h"

enum {
    BODY_BYTES_MAX = 524288,
    THREADS_MAX = 256,
    CONNECTIONS_MAX = 4096,
    LISTEN_BACKLOG = 1024,
    CONNECTION_MEMORY_BYTES = 131072,
    CONNECTION_MEMORY_BYTES_MAX = 4194304,
    HEAP_KEPT_BYTES = 268435456,
};

struct options {
    struct sockaddr_in listen_address;
    unsigned int threads;
    size_t connection_memory_bytes;
    bool accept_spread;
    const char *sync_folder; /* NULL: nothing is written. */
    size_t write_bytes;
};

/* The thread that accepts where the pool's threads don't. */
struct acceptor {
    struct MHD_Daemon *daemon;
    int listen_fd;
    pthread_t thread;
};

/* One request, from its headers to its answer. */
struct exchange {
    bool durable; /* Or not to become so. */
    size_t body_bytes;
    size_t body_bytes_max;
    uint8_t body[];
};

static const char usage_text[] =
    "usage: null_server [--listen ADDR:PORT] [--threads N] [--accept pool|spread] ...\n"
    "Answers every HTTP request with 200 {\"status\":\"OK\"}: the limit of this way of serving.\n"
    "  --listen ADDR:PORT         IPv4 address; port 0 takes a free one (default 127.0.0.1:0)\n"
    "  --threads N                threads of the pool (default: one for each core)\n"
    "  --connection-memory BYTES  buffer of the HTTP library for a connection (default 131072)\n"
    "  --accept pool|spread       pool: whichever thread wakes first takes a new connection;\n"
    "                             spread: one thread accepts and deals them out (default pool)\n"
    "  --sync DIR                 an answer waits until bytes in a file there are durable\n"
    "  --write-bytes N            how many bytes for each request (default 4096)\n"
    "  --library-version          prints the HTTP library's version and ends\n"
    "Prints event=ready listen=ADDR:PORT once it serves. SIGTERM or SIGINT ends it.\n";

static long parse_number(const char *text, long min, long max)
{
    char *end = NULL;
    errno = 0;
    const long number = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < min || number > max)
        die("an option's number is out of range");
    return number;
}

static void parse_address(const char *text, struct sockaddr_in *address)
{
    char host[INET_ADDRSTRLEN];
    const char *colon = strrchr(text, ':');
    if (colon == NULL || (size_t)(colon - text) >= sizeof host)
        die("--listen wants ADDR:PORT");
    const size_t host_bytes = (size_t)(colon - text);
    memcpy(host, text, host_bytes);
    host[host_bytes] = '\0';

    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_port = htons((uint16_t)parse_number(colon + 1, 0, 65535));
    if (inet_pton(AF_INET, host, &address->sin_addr) != 1)
        die("--listen wants an IPv4 address");
}

static void parse_options(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        {"listen", required_argument, NULL, 'l'},
        {"threads", required_argument, NULL, 't'},
        {"connection-memory", required_argument, NULL, 'm'},
        {"accept", required_argument, NULL, 'a'},
        {"sync", required_argument, NULL, 's'},
        {"write-bytes", required_argument, NULL, 'w'},
        {"library-version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    options->threads = (unsigned int)(cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : cores);
    options->connection_memory_bytes = CONNECTION_MEMORY_BYTES;
    options->accept_spread = false;
    options->sync_folder = NULL;
    options->write_bytes = 4096;
    parse_address("127.0.0.1:0", &options->listen_address);

    for (int name; (name = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        if (name == 'l') {
            parse_address(optarg, &options->listen_address);
        } else if (name == 't') {
            options->threads = (unsigned int)parse_number(optarg, 1, THREADS_MAX);
        } else if (name == 'm') {
            const long bytes = parse_number(optarg, 4096, CONNECTION_MEMORY_BYTES_MAX);
            options->connection_memory_bytes = (size_t)bytes;
        } else if (name == 'a') {
            options->accept_spread = strcmp(optarg, "spread") == 0;
            if (!options->accept_spread && strcmp(optarg, "pool") != 0)
                die("--accept knows pool and spread");
        } else if (name == 's') {
            options->sync_folder = optarg;
        } else if (name == 'w') {
            options->write_bytes = (size_t)parse_number(optarg, 1, 1048576);
        } else if (name == 'v') {
            puts(MHD_get_version());
            exit(EXIT_SUCCESS);
        } else if (name == 'h') {
            fputs(usage_text, stdout);
            exit(EXIT_SUCCESS);
        } else {
            fputs(usage_text, stderr);
            exit(EXIT_FAILURE);
        }
    }
    if (optind != argc)
        die("unexpected argument");
}

/* Opens the listening socket, a blocking one for a thread of its own. Writes the address it really
 * got back into *address. */
static int listen_open(struct sockaddr_in *address, bool accept_spread)
{
    const int on = 1;
    socklen_t address_bytes = sizeof *address;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("socket");
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
        die("setsockopt");
    if (bind(fd, (const struct sockaddr *)address, sizeof *address) != 0)
        die("bind");
    if (!accept_spread && fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        die("fcntl");
    if (listen(fd, LISTEN_BACKLOG) != 0)
        die("listen");
    if (getsockname(fd, (struct sockaddr *)address, &address_bytes) != 0)
        die("getsockname");
    return fd;
}

/* Sized by Content-Length; a chunked body has none and gets the limit. NULL refuses the request. */
static struct exchange *exchange_create(struct MHD_Connection *connection)
{
    const char *length_text =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    size_t body_bytes_max = BODY_BYTES_MAX;
    if (length_text != NULL) {
        const unsigned long long length = strtoull(length_text, NULL, 10);
        if (length > BODY_BYTES_MAX)
            return NULL;
        body_bytes_max = (size_t)length;
    }
    struct exchange *exchange = malloc(sizeof *exchange + body_bytes_max);
    if (exchange == NULL)
        return NULL;
    exchange->durable = false;
    exchange->body_bytes = 0;
    exchange->body_bytes_max = body_bytes_max;
    return exchange;
}

/* The answer is made anew each time, as it must be where the headers' numbers change. */
static enum MHD_Result reply(struct MHD_Connection *connection)
{
    static char text[] = "{\"status\":\"OK\"}";
    static const char *const headers[][2] = {
        {MHD_HTTP_HEADER_CONTENT_TYPE, "application/json"},
        {"X-RateLimit-Resource-Limit", "100000"},
        {"X-RateLimit-Resource-Remaining", "100000"},
        {"X-RateLimit-Resource-Until", "Thu, 01 Jan 2037 00:00:00 GMT"},
    };
    struct MHD_Response *response =
        MHD_create_response_from_buffer(sizeof text - 1, text, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_YES;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0] && result == MHD_YES; i++)
        result = MHD_add_response_header(response, headers[i][0], headers[i][1]);
    if (result == MHD_YES)
        result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

/* The HTTP library calls this with the headers, then for each chunk, then once more at the end. */
/* tidy: allow function-parameters, the HTTP library's callback */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *chunk,
                                  size_t *chunk_bytes, void **request)
{
    struct commit *commit = context;
    (void)url;
    (void)method;
    (void)version;
    struct exchange *exchange = *request;
    if (exchange == NULL) {
        *request = exchange_create(connection);
        return *request == NULL ? MHD_NO : MHD_YES;
    }
    if (*chunk_bytes == 0 && (commit == NULL || exchange->durable))
        return reply(connection);
    if (*chunk_bytes == 0) {
        exchange->durable = true;
        commit_wait(commit, connection);
        return MHD_YES;
    }
    if (*chunk_bytes > exchange->body_bytes_max - exchange->body_bytes)
        return MHD_NO;
    memcpy(exchange->body + exchange->body_bytes, chunk, *chunk_bytes);
    exchange->body_bytes += *chunk_bytes;
    *chunk_bytes = 0;
    return MHD_YES;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    free(*request);
    *request = NULL;
}

/* Deals connections out to the pool until the listening socket is shut down. */
static void *acceptor_run(void *context)
{
    const struct acceptor *acceptor = context;
    for (;;) {
        struct sockaddr_in peer;
        socklen_t peer_bytes = sizeof peer;
        const int fd = accept4(acceptor->listen_fd, (struct sockaddr *)&peer, &peer_bytes,
                               SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (fd < 0)
            return NULL;
        /* The library picks the thread by the socket's number; refusing, it closes the socket. */
        if (MHD_add_connection(acceptor->daemon, fd, (const struct sockaddr *)&peer, peer_bytes) !=
            MHD_YES)
            fprintf(stderr, "event=connection_refused program=null_server\n");
    }
}

static struct MHD_Daemon *daemon_start(const struct options *options, int listen_fd,
                                       struct commit *commit)
{
    unsigned int flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    if (options->accept_spread)
        flags |= MHD_USE_NO_LISTEN_SOCKET;
    /* A pool of one is refused by the library: one thread is its plain form. */
    const unsigned int pool_threads = options->threads > 1 ? options->threads : 0;
    /* The library refuses a socket where it was told to have none: then the list ends before it. */
    const enum MHD_OPTION socket_option =
        options->accept_spread ? MHD_OPTION_END : MHD_OPTION_LISTEN_SOCKET;
    return MHD_start_daemon(flags, 0, NULL, NULL, &on_request, commit, MHD_OPTION_THREAD_POOL_SIZE,
                            pool_threads, MHD_OPTION_CONNECTION_LIMIT,
                            (unsigned int)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                            options->connection_memory_bytes, MHD_OPTION_NOTIFY_COMPLETED,
                            &on_completed, NULL, socket_option, listen_fd, MHD_OPTION_END);
}

/* Blocked before any thread starts, so that all inherit it and only main waits for the end. */
static void signals_block(sigset_t *end_signals)
{
    if (sigemptyset(end_signals) != 0 || sigaddset(end_signals, SIGTERM) != 0 ||
        sigaddset(end_signals, SIGINT) != 0)
        die("signal set");
    if (pthread_sigmask(SIG_BLOCK, end_signals, NULL) != 0)
        die("pthread_sigmask");
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        die("signal");
}

static void ready_tell(const struct sockaddr_in *address)
{
    char host[INET_ADDRSTRLEN];
    if (inet_ntop(AF_INET, &address->sin_addr, host, sizeof host) == NULL)
        die("inet_ntop");
    printf("event=ready listen=%s:%d\n", host, ntohs(address->sin_port));
    if (fflush(stdout) != 0)
        die("stdout");
}

int main(int argc, char **argv)
{
    struct options options;
    sigset_t end_signals;
    parse_options(argc, argv, &options);
    signals_block(&end_signals);
    /* Body buffers stay on the heap: otherwise each large one is mapped and faulted in anew. */
    if (mallopt(M_MMAP_THRESHOLD, HEAP_KEPT_BYTES) != 1 ||
        mallopt(M_TRIM_THRESHOLD, HEAP_KEPT_BYTES) != 1)
        die("mallopt");

    struct acceptor acceptor = {.listen_fd =
                                    listen_open(&options.listen_address, options.accept_spread)};
    static struct commit commit;
    if (options.sync_folder != NULL)
        commit_start(&commit, options.sync_folder, options.write_bytes);
    acceptor.daemon =
        daemon_start(&options, acceptor.listen_fd, options.sync_folder == NULL ? NULL : &commit);
    if (acceptor.daemon == NULL)
        die("MHD_start_daemon");
    if (options.accept_spread &&
        pthread_create(&acceptor.thread, NULL, &acceptor_run, &acceptor) != 0)
        die("pthread_create");
    ready_tell(&options.listen_address);

    int received = 0;
    if (sigwait(&end_signals, &received) != 0)
        die("sigwait");
    if (options.accept_spread) {
        if (shutdown(acceptor.listen_fd, SHUT_RDWR) != 0 ||
            pthread_join(acceptor.thread, NULL) != 0)
            die("the accepting thread cannot be ended");
        close(acceptor.listen_fd);
    }
    if (options.sync_folder != NULL)
        commit_stop(&commit);         /* Nobody may be suspended when the library ends. */
    MHD_stop_daemon(acceptor.daemon); /* Closes the listening socket where it was given to it. */
    return EXIT_SUCCESS;
}
