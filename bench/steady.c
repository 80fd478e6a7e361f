/* Asks at moments fixed in advance, whatever became of the requests before, and measures answers
 * from the moment they were due: a pause of the server shows in full, also in the requests that
 * would have come during it (no coordinated omission). Several kinds of requests share the
 * connections; where none is free a request goes later and its wait counts. Prints one line of
 * figures, those of a kind with its name before them. */

#include <signal.h>
#include <sys/prctl.h>

#include "load_connection.h"
#include "load_figures.h"

enum {
    EVENTS_MAX = 64,
    SILENCE_SECONDS_MAX = 60,
};

enum kind_name {
    KIND_PUT,  /* PUT of one SKU. */
    KIND_GET,  /* Read of one SKU. */
    KIND_PAGE, /* The next page of 200. */
    KIND_BULK, /* PUT of 2,000. */
    KINDS,
};

struct kind {
    const char *name;
    struct options options;
    struct messages messages;
    int64_t rate;  /* A second; 0: none. */
    int64_t count; /* Requests in all. */
    int64_t begun;
    struct latency latency;
    char page_token[PAGE_TOKEN_BYTES_MAX];
};

/* A connection, and what it is doing. */
struct client {
    struct connection connection; /* The first: epoll gives pointers to it. */
    struct kind *kind;
};

struct steady {
    struct options options; /* Of all kinds. */
    struct kind kinds[KINDS];
    struct client *clients;
    struct client **idle; /* A stack of idle_count. */
    int64_t idle_count;
    int64_t left; /* Requests that are not answered. */
    int64_t begin_ns;
    int64_t not_ok;
    int64_t delayed; /* Requests that found no connection free. */
    int epoll_fd;
};

static const char usage_text[] =
    "usage: steady --connect ADDR:PORT --KIND-rate N [option ...]\n"
    "Asks N times a second, at fixed moments, and prints how long answers took from the moment "
    "each\n"
    "was due. Kinds are put (of one SKU), get (of one SKU), page (of 200 SKUs) and bulk (put of\n"
    "2,000). Options are those of load (see load --help); those that say which SKUs are meant can\n"
    "be given for one kind alone, --bulk-seed 2.\n"
    "Exit status: 0 every answer was 200, 1 some were not or something broke.\n";

static int64_t due_ns(const struct steady *steady, const struct kind *kind)
{
    return steady->begin_ns + kind->begun * INT64_C(1000000000) / kind->rate;
}

/* Gives the kind whose request is due next; NULL: all have begun. */
static struct kind *kind_next(struct steady *steady)
{
    struct kind *next = NULL;
    for (int i = 0; i < KINDS; i++) {
        struct kind *kind = &steady->kinds[i];
        if (kind->begun < kind->count &&
            (next == NULL || due_ns(steady, kind) < due_ns(steady, next)))
            next = kind;
    }
    return next;
}

/* Builds the read of one SKU, another one each time. */
static struct message message_build_read(const struct messages *messages, int64_t index,
                                         uint8_t *slot)
{
    struct workload_walk walk;
    struct write write;
    char sku[SKU_BYTES_MAX + 1];
    char body[SKU_BYTES_MAX + 32];
    const struct options *options = messages->options;
    workload_begin(&messages->workload, index, &walk);
    if (!workload_next(&walk, &write))
        die("a request has no SKU", "");
    *sku_write((uint8_t *)sku, write.sku, (size_t)options->workload.sku_bytes) = '\0';
    const int body_bytes = snprintf(body, sizeof body, "{\"offerIds\":[\"%s\"]}", sku);
    const int bytes = snprintf((char *)slot, messages->slot_bytes,
                               "POST /v2/campaigns/%" PRId64 "/offers/stocks HTTP/1.1\r\n"
                               "%s%d\r\n\r\n%s",
                               options->campaign, messages->head, body_bytes, body);
    if (body_bytes < 0 || bytes < 0 || (size_t)bytes >= messages->slot_bytes)
        die("a read is too long", "");
    return (struct message){slot, (size_t)bytes, 1, -1};
}

static void request_begin(struct steady *steady, struct client *client, struct kind *kind)
{
    struct connection *connection = &client->connection;
    const struct messages *messages = &kind->messages;
    const int64_t index = kind->options.workload.first_request + kind->begun;
    if (kind == &steady->kinds[KIND_GET])
        connection->message = message_build_read(messages, index, connection->slot);
    else if (kind == &steady->kinds[KIND_PAGE])
        connection->message = message_build_get(messages, kind->page_token, connection->slot);
    else
        connection->message = messages->ring[kind->begun % messages->ring_count];
    client->kind = kind;
    const int64_t begin_ns = due_ns(steady, kind);
    kind->begun++;
    connection_begin(connection, messages->ring_fd, begin_ns);
}

/* Sends all that is due, as long as there are connections. */
static void due_begin(struct steady *steady)
{
    for (struct kind *kind = kind_next(steady); kind != NULL; kind = kind_next(steady)) {
        if (due_ns(steady, kind) > clock_ns() || steady->idle_count == 0)
            return;
        request_begin(steady, steady->idle[--steady->idle_count], kind);
    }
}

static void connection_renew(struct steady *steady, struct client *client)
{
    close(client->connection.fd);
    connection_open(&client->connection, steady->epoll_fd, &steady->options);
}

/* The answer is in, or will never be. */
static void request_end(struct steady *steady, struct client *client, enum received received)
{
    struct connection *connection = &client->connection;
    const struct answer *answer = &connection->answer;
    struct kind *kind = client->kind;
    latency_add(&kind->latency, clock_ns() - connection->begin_ns);
    const bool ok = received == RECEIVED_WHOLE && answer->status == 200 && answer_is_ok(answer);
    if (!ok && steady->not_ok++ == 0)
        answer_show(answer, kind->name);
    if (ok && kind == &steady->kinds[KIND_PAGE])
        answer_read_page(answer, kind->page_token);
    connection->waiting = false;
    if (!ok || answer->closes)
        connection_renew(steady, client);
    steady->left--;
    steady->idle[steady->idle_count++] = client;
}

static void client_advance(struct steady *steady, struct client *client, bool ending)
{
    struct connection *connection = &client->connection;
    connection_send(connection);
    const enum received received = connection_receive(connection, ending);
    if (received == RECEIVED_PART)
        return;
    if (connection->waiting)
        request_end(steady, client, received);
    else
        connection_renew(steady, client);
}

/* Until something comes in, or the next request is due and can be sent. */
static int events_wait(struct steady *steady, struct epoll_event events[EVENTS_MAX])
{
    struct timespec patience = {.tv_sec = SILENCE_SECONDS_MAX};
    const struct kind *next = kind_next(steady);
    const bool sends = next != NULL && steady->idle_count > 0;
    if (sends) {
        const int64_t wait_ns = due_ns(steady, next) - clock_ns();
        patience.tv_sec = wait_ns < 0 ? 0 : wait_ns / 1000000000;
        patience.tv_nsec = wait_ns < 0 ? 0 : wait_ns % 1000000000;
    }
    const int count = epoll_pwait2(steady->epoll_fd, events, EVENTS_MAX, &patience, NULL);
    if (count < 0 && errno != EINTR)
        die("epoll_pwait2", "");
    if (count == 0 && !sends)
        die("no answer came for a minute", "");
    if (next != NULL && !sends)
        steady->delayed += due_ns(steady, next) <= clock_ns();
    return count;
}

static void run(struct steady *steady)
{
    struct epoll_event events[EVENTS_MAX];
    steady->begin_ns = clock_ns();
    while (steady->left > 0) {
        due_begin(steady);
        const int count = events_wait(steady, events);
        for (int i = 0; i < count; i++)
            client_advance(steady, events[i].data.ptr, connection_is_ending(events[i].events));
    }
}

static void report(const struct steady *steady)
{
    const int64_t took_us = (clock_ns() - steady->begin_ns) / 1000;
    int64_t requests = 0;
    for (int i = 0; i < KINDS; i++) {
        const struct kind *kind = &steady->kinds[i];
        const struct latency *latency = &kind->latency;
        if (kind->count == 0)
            continue;
        requests += latency->count;
        printf("%s_requests=%" PRId64, kind->name, latency->count);
        printf(" %s_p50_us=%" PRId64, kind->name, latency_percentile_ns(latency, 50) / 1000);
        printf(" %s_p99_us=%" PRId64, kind->name, latency_percentile_ns(latency, 99) / 1000);
        printf(" %s_max_us=%" PRId64 " ", kind->name, latency->max_ns / 1000);
    }
    printf("requests=%" PRId64 " seconds=%" PRId64 ".%06" PRId64, requests, took_us / 1000000,
           took_us % 1000000);
    printf(" delayed=%" PRId64 " not_ok=%" PRId64 "\n", steady->delayed, steady->not_ok);
}

/* An option of one kind, as --bulk-seed, goes to it as --seed; false: it is for all. */
static bool kind_option_take(struct steady *steady, const char *name, const char *value)
{
    static const struct number_option rate_options[] = {
        {"--rate", offsetof(struct kind, rate), 0, 1000000},
        {NULL, 0, 0, 0},
    };
    char plain[64];
    for (int i = 0; i < KINDS; i++) {
        struct kind *kind = &steady->kinds[i];
        const size_t bytes = strlen(kind->name);
        if (strncmp(name, "--", 2) != 0 || strncmp(name + 2, kind->name, bytes) != 0 ||
            name[2 + bytes] != '-')
            continue;
        snprintf(plain, sizeof plain, "-%s", name + 2 + bytes);
        if (value == NULL || (!number_option_take(rate_options, kind, plain, value) &&
                              !workload_option_take(plain, value, &kind->options.workload)))
            die("an option of a kind is unknown or lacks its value, see --help", name);
        return true;
    }
    return false;
}

static bool is_of_kind(const char *name)
{
    return strncmp(name, "--put-", 6) == 0 || strncmp(name, "--get-", 6) == 0 ||
           strncmp(name, "--page-", 7) == 0 || strncmp(name, "--bulk-", 7) == 0;
}

/* Options for all are read first, whatever their place: they are what kinds begin with. */
static void steady_parse(struct steady *steady, int argc, char **argv)
{
    static const struct {
        const char *name;
        enum work work;
        int64_t skus_per_request;
    } kinds[KINDS] = {[KIND_PUT] = {"put", WORK_PUT, 1},
                      [KIND_GET] = {"get", WORK_GET, 1},
                      [KIND_PAGE] = {"page", WORK_GET, 200},
                      [KIND_BULK] = {"bulk", WORK_PUT, 2000}};
    char **words = calloc((size_t)argc + 1, sizeof *words);
    int count = 0;
    if (words == NULL)
        die("no memory for options", "");
    for (int i = 0; i < argc; i++) {
        if (is_of_kind(argv[i]))
            i++;
        else
            words[count++] = argv[i];
    }
    options_parse(count, words, &steady->options);
    free(words);

    for (int i = 0; i < KINDS; i++) {
        struct kind *kind = &steady->kinds[i];
        kind->name = kinds[i].name;
        kind->options = steady->options;
        kind->options.work = kinds[i].work;
        kind->options.workload.skus_per_request = kinds[i].skus_per_request;
    }
    for (int i = 1; i < argc; i++)
        i += kind_option_take(steady, argv[i], argv[i + 1]);
}

static void kinds_init(struct steady *steady)
{
    for (int i = 0; i < KINDS; i++) {
        struct kind *kind = &steady->kinds[i];
        kind->count = kind->rate * steady->options.seconds;
        if (kind->count == 0)
            continue;
        workload_options_complete(&kind->options.workload);
        kind->options.requests = kind->count;
        kind->options.ring_bytes = INT64_MAX; /* All of them are built before. */
        messages_init(&kind->messages, &kind->options);
        steady->left += kind->count;
    }
    if (steady->left == 0)
        die("no kind has a rate, see --help", "");
}

static void clients_init(struct steady *steady)
{
    const size_t count = (size_t)steady->options.connections;
    steady->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    steady->clients = calloc(count, sizeof *steady->clients);
    steady->idle = calloc(count, sizeof(struct client *));
    if (steady->epoll_fd < 0 || steady->clients == NULL || steady->idle == NULL)
        die("no memory for connections", "");
    for (size_t i = 0; i < count; i++) {
        struct connection *connection = &steady->clients[i].connection;
        connection->slot = malloc(GET_BYTES_MAX);
        if (connection->slot == NULL)
            die("no memory for a request", "");
        answer_init(&connection->answer);
        connection_open(connection, steady->epoll_fd, &steady->options);
        steady->idle[steady->idle_count++] = &steady->clients[i];
    }
}

static void steady_deinit(struct steady *steady)
{
    for (int64_t i = 0; i < steady->options.connections; i++) {
        struct connection *connection = &steady->clients[i].connection;
        close(connection->fd);
        answer_deinit(&connection->answer);
        free(connection->slot);
    }
    for (int i = 0; i < KINDS; i++)
        messages_deinit(&steady->kinds[i].messages);
    free(steady->clients);
    free(steady->idle);
    close(steady->epoll_fd);
}

int main(int argc, char **argv)
{
    static struct steady steady;
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage_text, stdout);
        return EXIT_SUCCESS;
    }
    /* Woken when a request is due, and not a little later. */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || prctl(PR_SET_TIMERSLACK, 1) != 0)
        die("signal", "");
    steady_parse(&steady, argc, argv);
    kinds_init(&steady);
    clients_init(&steady);
    run(&steady);
    report(&steady);
    steady_deinit(&steady);
    return steady.not_ok == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
