/* Loads Redis with the writes that load.c sends to stockd, and measures it the same way: a closed
 * loop, each connection sends its next command when the last answer is in. With appendfsync always
 * that answer comes after the sync, and commands that arrive together share one. Commands are built
 * before the clock starts. An answer that is not a number is counted as not ok, and the first such
 * is printed; a connection that ends is the end of the program. */

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load_figures.h"
#include "redis_commands.h"

enum {
    EVENTS_MAX = 256,
    SILENCE_MS_MAX = 60000,
};

struct connection {
    redisContext *context;
    bool waiting; /* A command is on its way or its answer is. */
    int64_t begin_ns;
    size_t sent_bytes;
    struct command command;
    uint8_t *slot; /* Memory for a command that is not in the ring. */
};

struct generator {
    const struct commands *commands;
    struct connection *connections;
    int epoll_fd;
    int64_t waiting_count;
    struct turns turns;
    struct figures figures;
};

static redisContext *redis_open(const char *path)
{
    redisContext *context = redisConnectUnix(path);
    if (context == NULL || context->err != 0)
        die("Redis does not answer at its socket", context == NULL ? path : context->errstr);
    return context;
}

static redisReply *reply_check(redisReply *reply, const redisContext *context, int type)
{
    if (reply == NULL)
        die("Redis hung up", context->errstr);
    if (reply->type != type)
        die("Redis did not answer as expected", reply->str == NULL ? "" : reply->str);
    return reply;
}

/* Makes the script known; gives its name. */
static void script_load(const struct options *options, char sha[static SHA_BYTES + 1])
{
    redisContext *context = redis_open(options->socket_path);
    redisReply *reply = reply_check(redisCommand(context, "SCRIPT LOAD %s", last_writer_wins),
                                    context, REDIS_REPLY_STRING);
    snprintf(sha, SHA_BYTES + 1, "%s", reply->str);
    freeReplyObject(reply);
    redisFree(context);
}

/* HGETALL is one moment's truth; HSCAN could name a field twice while the table grows. */
static void dump(const struct options *options)
{
    redisContext *context = redis_open(options->socket_path);
    redisReply *reply =
        reply_check(redisCommand(context, "HGETALL stocks:%lld", (long long)options->campaign),
                    context, REDIS_REPLY_ARRAY);
    for (size_t i = 0; i + 1 < reply->elements; i += 2) {
        const char *value = reply->element[i + 1]->str;
        if (strlen(value) <= STAMP_DIGITS)
            die("a value is no stamp and count", value);
        printf("%s %s %.*s\n", reply->element[i]->str, value + STAMP_DIGITS, STAMP_DIGITS, value);
    }
    freeReplyObject(reply);
    redisFree(context);
}

static void connection_open(struct generator *generator, struct connection *connection)
{
    const struct commands *commands = generator->commands;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = connection};
    connection->context = redis_open(commands->options->socket_path);
    connection->context->flags &= ~REDIS_BLOCK;
    if (fcntl(connection->context->fd, F_SETFL, O_NONBLOCK) != 0 ||
        epoll_ctl(generator->epoll_fd, EPOLL_CTL_ADD, connection->context->fd, &event) != 0)
        die("a connection cannot be waited for", "");
    if (commands->ring_count == 0)
        connection->slot = malloc(commands->slot_bytes);
    if (commands->ring_count == 0 && connection->slot == NULL)
        die("no memory for a command", "");
}

/* Sends what the socket takes: epoll tells when to go on. */
static void connection_send(struct connection *connection)
{
    const struct command *command = &connection->command;
    while (connection->sent_bytes < command->size) {
        const ssize_t sent = send(connection->context->fd, command->data + connection->sent_bytes,
                                  command->size - connection->sent_bytes, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN)
            return;
        if (sent < 0 && errno != EINTR)
            die("a connection broke", "");
        connection->sent_bytes += sent < 0 ? 0 : (size_t)sent;
    }
}

/* Takes the next request and begins to send it, unless the work is done. */
static void request_begin(struct generator *generator, struct connection *connection)
{
    const struct commands *commands = generator->commands;
    int64_t turn = 0;
    if (!turns_take(&generator->turns, &turn))
        return;
    connection->command =
        commands->ring_count > 0
            ? commands->ring[turn % commands->ring_count]
            : command_build(commands, commands->options->workload.first_request + turn,
                            connection->slot);
    generator->waiting_count++;
    connection->waiting = true;
    connection->sent_bytes = 0;
    connection->begin_ns = clock_ns();
    connection_send(connection);
}

static void request_end(struct generator *generator, struct connection *connection,
                        const redisReply *reply)
{
    struct figures *figures = &generator->figures;
    if (!connection->waiting)
        die("Redis sent more than one answer to a command", "");
    latency_add(&figures->latency, clock_ns() - connection->begin_ns);
    if (reply->type == REDIS_REPLY_INTEGER)
        figures->skus += connection->command.skus;
    else if (figures->not_ok++ == 0)
        fprintf(stderr, "event=not_ok type=%d answer=\"%s\"\n", reply->type,
                reply->str == NULL ? "" : reply->str);
    generator->waiting_count--;
    connection->waiting = false;
    request_begin(generator, connection);
}

/* One read takes all that is there, as an answer is shorter than hiredis's buffer; what comes later
 * makes another event. */
static void connection_advance(struct generator *generator, struct connection *connection,
                               uint32_t events)
{
    connection_send(connection);
    if ((events & ~(uint32_t)EPOLLOUT) == 0)
        return;
    if (redisBufferRead(connection->context) != REDIS_OK)
        die("a connection ended", connection->context->errstr);
    for (;;) {
        void *reply = NULL;
        if (redisGetReplyFromReader(connection->context, &reply) != REDIS_OK)
            die("an answer is not of Redis's protocol", connection->context->errstr);
        if (reply == NULL)
            return;
        request_end(generator, connection, reply);
        freeReplyObject(reply);
    }
}

static void generator_run(struct generator *generator)
{
    for (int64_t i = 0; i < generator->commands->options->connections; i++)
        request_begin(generator, &generator->connections[i]);
    while (generator->waiting_count > 0) {
        struct epoll_event events[EVENTS_MAX];
        const int count = epoll_wait(generator->epoll_fd, events, EVENTS_MAX, SILENCE_MS_MAX);
        if (count == 0)
            die("no answer came for a minute", "");
        if (count < 0 && errno != EINTR)
            die("epoll_wait", "");
        for (int i = 0; i < count; i++)
            connection_advance(generator, events[i].data.ptr, events[i].events);
    }
}

static void generator_init(struct generator *generator, const struct commands *commands)
{
    const size_t connections_count = (size_t)commands->options->connections;
    memset(generator, 0, sizeof *generator);
    generator->commands = commands;
    generator->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    generator->connections = calloc(connections_count, sizeof *generator->connections);
    if (generator->epoll_fd < 0 || generator->connections == NULL)
        die("no memory for connections", "");
    for (size_t i = 0; i < connections_count; i++)
        connection_open(generator, &generator->connections[i]);
}

static void generator_deinit(struct generator *generator)
{
    for (int64_t i = 0; i < generator->commands->options->connections; i++) {
        redisFree(generator->connections[i].context);
        free(generator->connections[i].slot);
    }
    free(generator->connections);
    close(generator->epoll_fd);
}

/* How many requests are sent at most; 0: any number. */
static int64_t requests_count(const struct commands *commands)
{
    const struct options *options = commands->options;
    if (options->workload.once)
        return commands->workload.cycle_count;
    if (options->requests == 0 && options->workload.change != CHANGE_NONE)
        return commands->ring_count;
    return options->requests;
}

int main(int argc, char **argv)
{
    static struct options options;
    static struct commands commands;
    static struct generator generator;
    char sha[SHA_BYTES + 1] = "";
    options_parse(argc, argv, &options);
    if (options.work == WORK_DUMP) {
        dump(&options);
        return EXIT_SUCCESS;
    }
    script_load(&options, sha);
    commands_init(&commands, &options, sha);
    generator_init(&generator, &commands);

    const bool counted = options.requests != 0 || options.workload.once;
    turns_begin(&generator.turns, requests_count(&commands), counted ? 0 : options.seconds);
    generator_run(&generator);
    figures_print(&generator.figures, &generator.turns, &options.workload, commands.ring_count);
    const bool all_ok = generator.figures.not_ok == 0;

    generator_deinit(&generator);
    commands_deinit(&commands);
    return all_ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
