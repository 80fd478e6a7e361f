/* A thread that accepts, and one for each connection, which reads messages one by one and writes
 * what is due when a Sync or a Flush comes. */
#include "pg_fake.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pg_fake_message.h"

enum {
    STEPS_MAX = 8,
    PEERS_MAX = 512,
    MESSAGE_BYTES_MAX = 1024 * 1024,
    STARTUP_TLS = 80877103,
    STARTUP_GSS = 80877104,
};

static const struct pg_statement_row ROWS[PG_FAKE_STATEMENTS_COUNT] = {
    [PG_FAKE_NUMBER] = {"number", "number", 1, {PG_OID_INT8}, "n", false},
    [PG_FAKE_WRITE] = {"write", "write", 1, {PG_OID_TEXT}, NULL, false},
    [PG_FAKE_WRITE_ONCE] = {"write_once", "write_once", 1, {PG_OID_TEXT}, NULL, true},
};

const struct pg_statement_set PG_FAKE_STATEMENTS = {
    .rows = ROWS,
    .rows_count = PG_FAKE_STATEMENTS_COUNT,
    .schema_version = PG_FAKE_SCHEMA_VERSION,
    .session_text = "session",
    .version_text = "version",
    .problems_text = "problems",
};

/* One connection, and the thread that serves it. */
struct peer {
    struct pg_fake *fake;
    pthread_t thread;
    int socket;
    struct buffer out;
    char asked[32];    /* The unnamed statement, by its text; or the name of a prepared one. */
    char unnamed[32];  /* Text of the unnamed statement. */
    uint8_t value[64]; /* The first value. */
    uint32_t value_bytes;
    bool skips; /* To the next Sync, after an error. */
};

/* `lock` guards everything but the threads' own. */
struct pg_fake {
    int listener;
    uint16_t port;
    pthread_t thread;
    pthread_mutex_t lock;
    bool stopping;
    enum pg_fake_mode mode;
    struct pg_fake_step steps[STEPS_MAX];
    uint32_t steps_count;
    uint32_t step;
    const char *refusal_state;
    const char *refusal_words;
    const char *problem;
    const char *unprepared;
    const char *encoding;
    int64_t schema;
    bool is_away;
    uint32_t let_in_count;
    uint32_t executed_count;
    struct peer *peers[PEERS_MAX];
    uint32_t peers_count;
};

static uint32_t u32_at(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool receive(struct peer *peer, void *data, size_t size)
{
    return size == 0 || recv(peer->socket, data, size, MSG_WAITALL) == (ssize_t)size;
}

static void send_out(struct peer *peer)
{
    const struct bytes bytes = buffer_bytes(&peer->out);
    size_t sent = 0;
    while (sent < bytes.size) {
        const ssize_t more = send(peer->socket, bytes.data + sent, bytes.size - sent, MSG_NOSIGNAL);
        if (more <= 0)
            break;
        sent += (size_t)more;
    }
    buffer_clear(&peer->out);
}

/* Reads packets until the one that begins a session. */
static bool start_session(struct peer *peer)
{
    uint8_t head[8];
    uint8_t rest[10000];
    for (;;) {
        if (!receive(peer, head, sizeof(head)))
            return false;
        const uint32_t size = u32_at(head);
        const uint32_t code = u32_at(head + 4);
        if (code == STARTUP_TLS || code == STARTUP_GSS) {
            buffer_append_u8(&peer->out, 'N');
            send_out(peer);
            continue;
        }
        return size >= 8 && size - 8 <= sizeof(rest) && receive(peer, rest, size - 8);
    }
}

static void let_in(struct peer *peer)
{
    struct pg_fake *fake = peer->fake;
    struct buffer body;
    buffer_init(&body);
    pg_fake_put_u32(&body, 0);
    pg_fake_put_message(&peer->out, 'R', &body);
    pg_fake_put_text_message(&peer->out, 'S', "server_version", "15.0");
    pg_fake_put_text_message(&peer->out, 'S', "client_encoding", "UTF8");
    pg_fake_put_text_message(&peer->out, 'S', "default_transaction_read_only", "off");
    pg_fake_put_text_message(&peer->out, 'S', "in_hot_standby", "off");
    pthread_mutex_lock(&fake->lock);
    pg_fake_put_text_message(&peer->out, 'S', "server_encoding", fake->encoding);
    fake->let_in_count++;
    pthread_mutex_unlock(&fake->lock);
    pg_fake_put_ready(&peer->out);
    send_out(peer);
    buffer_deinit(&body);
}

static void fail_statement(struct peer *peer, const char *state, const char *words)
{
    pg_fake_put_error(&peer->out, 'E', "ERROR", state, words);
    peer->skips = true;
}

/* What the script has for this statement. */
static struct pg_fake_step next_step(struct pg_fake *fake)
{
    struct pg_fake_step step = {PG_FAKE_DONE, NULL, 0};
    pthread_mutex_lock(&fake->lock);
    fake->executed_count++;
    while (fake->step < fake->steps_count && fake->steps[fake->step].times == 0)
        fake->step++;
    if (fake->step < fake->steps_count) {
        step = fake->steps[fake->step];
        fake->steps[fake->step].times--;
    }
    pthread_mutex_unlock(&fake->lock);
    return step;
}

static bool execute_scripted(struct peer *peer)
{
    const struct pg_fake_step step = next_step(peer->fake);
    struct buffer body;
    switch (step.act) {
    case PG_FAKE_CHATTERS:
        pg_fake_put_error(&peer->out, 'N', "WARNING", "01000", "chatter");
        pg_fake_put_text_message(&peer->out, 'S', "TimeZone", "UTC");
        break;
    case PG_FAKE_DONE:
        break;
    case PG_FAKE_FAILS:
        fail_statement(peer, step.state, "as the script tells");
        return true;
    case PG_FAKE_DIES:
        pg_fake_put_error(&peer->out, 'E', "FATAL", step.state, "as the script tells");
        send_out(peer);
        return false;
    case PG_FAKE_BREAKS:
        return false;
    case PG_FAKE_WAITS:
        buffer_clear(&peer->out);
        while (receive(peer, peer->value, 1)) {
        }
        return false;
    case PG_FAKE_COPIES:
        buffer_init(&body);
        buffer_append_u8(&body, 1);
        pg_fake_put_u16(&body, 0);
        pg_fake_put_message(&peer->out, 'G', &body);
        send_out(peer);
        buffer_deinit(&body);
        return true;
    }
    if (strcmp(peer->asked, "number") == 0) {
        pg_fake_put_row(&peer->out, peer->value, peer->value_bytes);
        pg_fake_put_text_message(&peer->out, 'C', "SELECT 1", NULL);
    } else {
        pg_fake_put_text_message(&peer->out, 'C', "INSERT 0 3", NULL);
    }
    return true;
}

/* Execute. False: the connection is over. */
static bool execute(struct peer *peer)
{
    struct pg_fake *fake = peer->fake;
    if (strcmp(peer->asked, "number") == 0 || strncmp(peer->asked, "write", 5) == 0)
        return execute_scripted(peer);
    pthread_mutex_lock(&fake->lock);
    const int64_t schema = fake->schema;
    const char *problem = fake->problem;
    pthread_mutex_unlock(&fake->lock);
    if (strcmp(peer->asked, "version") == 0) {
        const uint8_t version[8] = {0, 0, 0, 0, 0, 0, 0, (uint8_t)schema};
        pg_fake_put_row(&peer->out, version, sizeof(version));
    } else if (strcmp(peer->asked, "problems") == 0 && problem != NULL) {
        pg_fake_put_row(&peer->out, problem, (uint32_t)strlen(problem));
    }
    pg_fake_put_text_message(&peer->out, 'C', "SELECT 1", NULL);
    return true;
}

static void describe(struct peer *peer)
{
    if (strcmp(peer->asked, "number") == 0 || strcmp(peer->asked, "version") == 0)
        pg_fake_put_columns(&peer->out, PG_OID_INT8);
    else if (strcmp(peer->asked, "problems") == 0)
        pg_fake_put_columns(&peer->out, PG_OID_TEXT);
    else
        pg_fake_put_message(&peer->out, 'n', NULL);
}

/* Parse: a name and a text. */
static void parse(struct peer *peer, const char *body)
{
    struct pg_fake *fake = peer->fake;
    const char *text = body + strlen(body) + 1;
    pthread_mutex_lock(&fake->lock);
    const char *unprepared = fake->unprepared;
    const bool has_schema = fake->schema >= 0;
    pthread_mutex_unlock(&fake->lock);
    if (body[0] == '\0')
        (void)snprintf(peer->unnamed, sizeof(peer->unnamed), "%.31s", text);
    if (strcmp(text, "version") == 0 && !has_schema)
        fail_statement(peer, "42P01", "no such table");
    else if (strcmp(text, "write") == 0 && unprepared != NULL)
        fail_statement(peer, unprepared, "cannot be prepared");
    else
        pg_fake_put_message(&peer->out, '1', NULL);
}

/* Bind: portal, statement, formats, and values, of which the first one is kept. */
static void bind_values(struct peer *peer, const uint8_t *body, size_t size)
{
    const char *name = (const char *)body + strlen((const char *)body) + 1;
    const uint8_t *at = (const uint8_t *)name + strlen(name) + 1;
    (void)snprintf(peer->asked, sizeof(peer->asked), "%.31s",
                   name[0] == '\0' ? peer->unnamed : name);
    const uint32_t formats = (uint32_t)(at[0] << 8 | at[1]);
    at += 2 + 2 * formats;
    const uint32_t values = (uint32_t)(at[0] << 8 | at[1]);
    at += 2;
    if (values > 0) {
        const uint32_t bytes = u32_at(at);
        const size_t left = size - (size_t)(at + 4 - body);
        peer->value_bytes = bytes < sizeof(peer->value) && bytes <= left ? bytes : 0;
        memcpy(peer->value, at + 4, peer->value_bytes);
    }
    pg_fake_put_message(&peer->out, '2', NULL);
}

/* Answers one message. False: the connection is over. */
static bool answer(struct peer *peer, char type, const uint8_t *body, size_t size)
{
    if (peer->skips && type != 'S')
        return type != 'X';
    switch (type) {
    case 'Q':
        pg_fake_put_text_message(&peer->out, 'C', "SET", NULL);
        pg_fake_put_ready(&peer->out);
        send_out(peer);
        return true;
    case 'P':
        parse(peer, (const char *)body);
        return true;
    case 'B':
        bind_values(peer, body, size);
        return true;
    case 'D':
        describe(peer);
        return true;
    case 'E':
        return execute(peer);
    case 'S':
        peer->skips = false;
        pg_fake_put_ready(&peer->out);
        send_out(peer);
        return true;
    case 'H':
        send_out(peer);
        return true;
    default:
        return false;
    }
}

static void serve(struct peer *peer)
{
    uint8_t head[5];
    uint8_t *body = malloc(MESSAGE_BYTES_MAX);
    let_in(peer);
    while (body != NULL && receive(peer, head, sizeof(head))) {
        const uint32_t size = u32_at(head + 1) - 4;
        if (size > MESSAGE_BYTES_MAX || !receive(peer, body, size) ||
            !answer(peer, (char)head[0], body, size))
            break;
    }
    free(body);
}

static void *peer_run(void *context)
{
    struct peer *peer = context;
    struct pg_fake *fake = peer->fake;
    uint8_t byte = 0;
    pthread_mutex_lock(&fake->lock);
    const enum pg_fake_mode mode = fake->is_away ? PG_FAKE_DROPS : fake->mode;
    const char *refusal_state = fake->refusal_state;
    const char *refusal_words = fake->refusal_words;
    pthread_mutex_unlock(&fake->lock);
    switch (mode) {
    case PG_FAKE_SERVES:
        if (start_session(peer))
            serve(peer);
        break;
    case PG_FAKE_HANGS:
        while (receive(peer, &byte, 1)) {
        }
        break;
    case PG_FAKE_DROPS:
        break;
    case PG_FAKE_NOISE:
        if (start_session(peer)) {
            for (uint32_t i = 0; i < 5000; i++)
                buffer_append_u8(&peer->out, (uint8_t)(i * 37 + i / 200));
            send_out(peer);
        }
        break;
    case PG_FAKE_REFUSES:
        if (start_session(peer)) {
            pg_fake_put_error(&peer->out, 'E', "FATAL", refusal_state, refusal_words);
            send_out(peer);
        }
        break;
    }
    (void)shutdown(peer->socket, SHUT_RDWR);
    return NULL;
}

static void *accept_all(void *context)
{
    struct pg_fake *fake = context;
    for (;;) {
        const int accepted = accept(fake->listener, NULL, NULL);
        pthread_mutex_lock(&fake->lock);
        const bool stopping = fake->stopping || fake->peers_count == PEERS_MAX;
        struct peer *peer = stopping ? NULL : calloc(1, sizeof(*peer));
        if (accepted >= 0 && peer != NULL) {
            *peer = (struct peer){.fake = fake, .socket = accepted};
            buffer_init(&peer->out);
            fake->peers[fake->peers_count++] = peer;
        }
        pthread_mutex_unlock(&fake->lock);
        if (accepted < 0 || peer == NULL) {
            if (accepted >= 0)
                (void)close(accepted);
            free(peer);
            return NULL;
        }
        ASSERT(pthread_create(&peer->thread, NULL, peer_run, peer) == 0);
    }
}

struct pg_fake *pg_fake_create(void)
{
    struct pg_fake *fake = calloc(1, sizeof(*fake));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof(address);
    ASSERT(fake != NULL);
    pthread_mutex_init(&fake->lock, NULL);
    fake->encoding = "UTF8";
    fake->schema = PG_FAKE_SCHEMA_VERSION;
    fake->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT(fake->listener >= 0);
    ASSERT(bind(fake->listener, (struct sockaddr *)&address, bytes) == 0);
    ASSERT(listen(fake->listener, 64) == 0);
    ASSERT(getsockname(fake->listener, (struct sockaddr *)&address, &bytes) == 0);
    fake->port = ntohs(address.sin_port);
    ASSERT(pthread_create(&fake->thread, NULL, accept_all, fake) == 0);
    return fake;
}

/* Under the lock. */
static void end_peers(struct pg_fake *fake)
{
    for (uint32_t i = 0; i < fake->peers_count; i++)
        (void)shutdown(fake->peers[i]->socket, SHUT_RDWR);
}

void pg_fake_destroy(struct pg_fake *fake)
{
    pthread_mutex_lock(&fake->lock);
    fake->stopping = true;
    pthread_mutex_unlock(&fake->lock);
    (void)shutdown(fake->listener, SHUT_RDWR);
    (void)pthread_join(fake->thread, NULL);
    (void)close(fake->listener);
    end_peers(fake);
    for (uint32_t i = 0; i < fake->peers_count; i++) {
        struct peer *peer = fake->peers[i];
        (void)pthread_join(peer->thread, NULL);
        (void)close(peer->socket);
        buffer_deinit(&peer->out);
        free(peer);
    }
    pthread_mutex_destroy(&fake->lock);
    free(fake);
}

void pg_fake_url(const struct pg_fake *fake, char url[static PG_FAKE_URL_BYTES])
{
    (void)snprintf(url, PG_FAKE_URL_BYTES,
                   "postgresql://shop:" PG_FAKE_PASSWORD "@127.0.0.1:%u/stock", fake->port);
}

uint16_t pg_fake_port(const struct pg_fake *fake)
{
    return fake->port;
}

#define PG_FAKE_SET(name, parameter, field)                                                        \
    void pg_fake_set_##name(struct pg_fake *fake, parameter)                                       \
    {                                                                                              \
        pthread_mutex_lock(&fake->lock);                                                           \
        fake->field = field;                                                                       \
        pthread_mutex_unlock(&fake->lock);                                                         \
    }

PG_FAKE_SET(mode, enum pg_fake_mode mode, mode)
PG_FAKE_SET(schema, int64_t schema, schema)
PG_FAKE_SET(problem, const char *problem, problem)
PG_FAKE_SET(unprepared, const char *unprepared, unprepared)
PG_FAKE_SET(encoding, const char *encoding, encoding)

void pg_fake_set_refusal(struct pg_fake *fake, const char *state, const char *words)
{
    pthread_mutex_lock(&fake->lock);
    fake->mode = PG_FAKE_REFUSES;
    fake->refusal_state = state;
    fake->refusal_words = words;
    pthread_mutex_unlock(&fake->lock);
}

void pg_fake_set_script(struct pg_fake *fake, const struct pg_fake_step *steps, uint32_t count)
{
    ASSERT(count <= STEPS_MAX);
    pthread_mutex_lock(&fake->lock);
    for (uint32_t i = 0; i < count; i++)
        fake->steps[i] = steps[i];
    fake->steps_count = count;
    fake->step = 0;
    pthread_mutex_unlock(&fake->lock);
}

void pg_fake_set_away(struct pg_fake *fake, bool is_away)
{
    pthread_mutex_lock(&fake->lock);
    fake->is_away = is_away;
    if (is_away)
        end_peers(fake);
    pthread_mutex_unlock(&fake->lock);
}

uint32_t pg_fake_connections_count(struct pg_fake *fake)
{
    pthread_mutex_lock(&fake->lock);
    const uint32_t count = fake->let_in_count;
    pthread_mutex_unlock(&fake->lock);
    return count;
}

uint32_t pg_fake_executed_count(struct pg_fake *fake)
{
    pthread_mutex_lock(&fake->lock);
    const uint32_t count = fake->executed_count;
    pthread_mutex_unlock(&fake->lock);
    return count;
}
