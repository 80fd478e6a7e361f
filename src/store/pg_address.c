/* Reading the URL is left to libpq; then the lists of hosts are cut. libpq's words about a URL that
 * it cannot read quote parts of it, so they are cut before the quotation. */
#include "store/pg_address.h"

#include <assert.h>
#include <postgresql/libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

enum { LIST_HOST, LIST_HOSTADDR, LIST_PORT, LISTS_COUNT };

#define PORT_USUAL "5432"

static const char *const list_names[LISTS_COUNT] = {"host", "hostaddr", "port"};

static bool has_scheme(const char *url)
{
    return strncmp(url, "postgresql://", strlen("postgresql://")) == 0 ||
           strncmp(url, "postgres://", strlen("postgres://")) == 0;
}

static const char *option_value(const PQconninfoOption *options, const char *name)
{
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++) {
        if (strcmp(option->keyword, name) == 0)
            return option->val != NULL && option->val[0] != '\0' ? option->val : NULL;
    }
    return NULL;
}

/* A '@' or '/' in a password has to be written as %40 or %2F; else a part of the password becomes
 * that of a host, a port or a database, which error messages would name. NULL: nothing of it. */
static const char *looks_torn(const PQconninfoOption *options)
{
    const char *host = option_value(options, "host");
    const char *port = option_value(options, "port");
    const char *database = option_value(options, "dbname");
    for (const char *at = host == NULL ? NULL : strchr(host, '@'); at != NULL;
         at = strchr(at + 1, '@')) {
        if (at != host && at[-1] != ',') /* In front it names an abstract socket. */
            return "the host has an @; in a password it is written %40";
    }
    if (port != NULL && strspn(port, "0123456789,") != strlen(port))
        return "the port is no number; in a password / is written %2F";
    if (database != NULL && strchr(database, '@') != NULL)
        return "the database's name has an @; in a password / is written %2F and @ %40";
    return NULL;
}

/* Cuts a list at its commas. Returns how many parts there are; 0: more than fit, or none. */
static uint32_t list_cut(char *list, const char *parts[static PG_TARGETS_MAX])
{
    uint32_t count = 0;
    for (char *rest = list; rest != NULL && count < PG_TARGETS_MAX;) {
        char *comma = strchr(rest, ',');
        if (comma != NULL)
            *comma = '\0';
        parts[count++] = rest[0] == '\0' ? NULL : rest;
        rest = comma == NULL ? NULL : comma + 1;
        if (rest != NULL && count == PG_TARGETS_MAX)
            return 0;
    }
    return count;
}

/* With one host, libpq is left with the URL as it stands. */
static enum err targets_read(struct pg_address *address, const PQconninfoOption *options,
                             const char **wrong)
{
    const char *parts[LISTS_COUNT][PG_TARGETS_MAX] = {{NULL}};
    uint32_t counts[LISTS_COUNT] = {0};
    for (int i = 0; i < LISTS_COUNT; i++) {
        const char *value = option_value(options, list_names[i]);
        if (value == NULL)
            continue;
        address->lists[i] = strdup(value);
        if (address->lists[i] == NULL)
            return ERR_MEMORY;
        counts[i] = list_cut(address->lists[i], parts[i]);
        if (counts[i] == 0)
            *wrong = "it has too many hosts";
        for (uint32_t part = 0; i != LIST_PORT && part < counts[i]; part++) {
            if (parts[i][part] == NULL)
                *wrong = "one of its hosts has no name";
        }
    }
    const uint32_t hosts = counts[LIST_HOST] > 0 ? counts[LIST_HOST] : counts[LIST_HOSTADDR];
    address->targets_count = hosts > 0 ? hosts : 1;
    if (counts[LIST_HOSTADDR] > 0 && counts[LIST_HOSTADDR] != hosts)
        *wrong = "it has not as many addresses as hosts";
    if (counts[LIST_PORT] > 1 && counts[LIST_PORT] != hosts)
        *wrong = "it has not as many ports as hosts";
    if (*wrong != NULL)
        return ERR_INVALID;
    for (uint32_t i = 0; i < hosts; i++) {
        const char *port = parts[LIST_PORT][counts[LIST_PORT] > 1 ? i : 0];
        address->targets[i] = (struct pg_target){
            .host = parts[LIST_HOST][i],
            .hostaddr = parts[LIST_HOSTADDR][i],
            .port = counts[LIST_PORT] > 1 && port == NULL ? PORT_USUAL : port,
        };
    }
    return OK;
}

enum err pg_address_init(struct pg_address *address, const char *url, char *problem,
                         size_t problem_bytes)
{
    *address = (struct pg_address){.targets_count = 1};
    if (!has_scheme(url)) {
        (void)snprintf(problem, problem_bytes, "it does not begin with postgresql://");
        return ERR_INVALID;
    }
    char *words = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &words);
    if (options == NULL) {
        char *quoted = words == NULL ? NULL : strstr(words, ": \"");
        if (quoted != NULL)
            *quoted = '\0';
        pg_one_line(quoted != NULL ? words : "it is not a URL of PostgreSQL", problem,
                    problem_bytes);
        PQfreemem(words);
        return ERR_INVALID;
    }
    const char *wrong = looks_torn(options);
    enum err error = wrong == NULL ? targets_read(address, options, &wrong) : ERR_INVALID;
    PQconninfoFree(options);
    address->url = error == OK ? strdup(url) : NULL;
    if (error == OK && address->url == NULL)
        error = ERR_MEMORY;
    if (error != OK) {
        (void)snprintf(problem, problem_bytes, "%s", wrong == NULL ? err_text(error) : wrong);
        pg_address_deinit(address);
    }
    return error;
}

void pg_address_deinit(struct pg_address *address)
{
    if (address->url != NULL)
        explicit_bzero(address->url, strlen(address->url));
    free(address->url);
    for (int i = 0; i < LISTS_COUNT; i++)
        free(address->lists[i]);
    *address = (struct pg_address){.targets_count = 1};
}

void pg_address_pairs(const struct pg_address *address, uint32_t target,
                      const char *names[static PG_ADDRESS_PAIRS_MAX],
                      const char *values[static PG_ADDRESS_PAIRS_MAX])
{
    const bool one_of_many = address->targets_count > 1;
    const struct pg_target *chosen = &address->targets[target % address->targets_count];
    /* What stands before the URL, it may set otherwise; what stands behind it holds. Silence of a
     * connection that carries nothing is noticed within 15 s, of one that waits by our deadline. */
    const char *const pairs[][2] = {
        {"fallback_application_name", "stockd"},
        {"target_session_attrs", "read-write"},
        {"keepalives_idle", "5"},
        {"keepalives_interval", "5"},
        {"keepalives_count", "2"},
        {"dbname", address->url},
        {"client_encoding", "UTF8"},
        {"host", one_of_many ? chosen->host : NULL},
        {"hostaddr", one_of_many ? chosen->hostaddr : NULL},
        {"port", one_of_many ? chosen->port : NULL},
    };
    const size_t count = sizeof(pairs) / sizeof(pairs[0]);
    static_assert(sizeof(pairs) / sizeof(pairs[0]) < PG_ADDRESS_PAIRS_MAX, "the end has room");
    for (size_t i = 0; i < count; i++) {
        names[i] = pairs[i][0];
        values[i] = pairs[i][1];
    }
    names[count] = NULL;
    values[count] = NULL;
}

bool pg_address_has_password(const char *url)
{
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    const bool has = options == NULL || option_value(options, "password") != NULL ||
                     option_value(options, "sslpassword") != NULL;
    PQconninfoFree(options);
    return has;
}

void pg_address_text(const char *url, char *text, size_t text_bytes)
{
    char problem[128];
    struct pg_address address;
    (void)snprintf(text, text_bytes, "?");
    if (pg_address_init(&address, url, problem, sizeof(problem)) != OK)
        return;
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    struct buffer line;
    buffer_init(&line);
    for (uint32_t i = 0; i < address.targets_count; i++) {
        const struct pg_target *target = &address.targets[i];
        const char *host = target->host != NULL ? target->host : target->hostaddr;
        buffer_append_text(&line, i == 0 ? "" : ",");
        buffer_append_text(&line, host == NULL ? "local" : host);
        buffer_append_text(&line, target->port == NULL ? "" : ":");
        buffer_append_text(&line, target->port == NULL ? "" : target->port);
    }
    const char *database = options == NULL ? NULL : option_value(options, "dbname");
    buffer_append_text(&line, "/");
    buffer_append_text(&line, database == NULL ? "" : database);
    pg_one_line(buffer_text(&line), text, text_bytes);
    buffer_deinit(&line);
    PQconninfoFree(options);
    pg_address_deinit(&address);
}

void pg_plain_line(const char *words, char *line, size_t line_bytes)
{
    ASSERT(line_bytes > 0);
    size_t size = 0;
    bool gap = false; /* Lines, and what else is white, are one space apart. */
    for (; *words != '\0' && size + 2 < line_bytes; words++) {
        const unsigned char letter = (unsigned char)*words;
        if (letter <= ' ' || letter == 0x7F) {
            gap = true;
            continue;
        }
        if (gap && size > 0)
            line[size++] = ' ';
        gap = false;
        line[size++] = *words;
    }
    line[size] = '\0';
}

void pg_one_line(const char *words, char *line, size_t line_bytes)
{
    pg_plain_line(words, line, line_bytes);
    for (char *mark = strchr(line, '"'); mark != NULL; mark = strchr(mark, '"'))
        *mark = '\'';
}
