/* Tokens of sellers, in the hands of a stockd's operator: the list, a new one, the end of one. A
 * new token's secret is in one answer and nowhere else, so that request is never sent twice. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/listing.h"
#include "ctl/option_rows.h"
#include "wire/scope.h"

enum { SECRET_FILE_MODE = 0600 };

static const struct table_column columns[] = {
    {"businessId", "business"}, {"name", "name"},     {"kind", "kind"},
    {"revoked", "revoked"},     {"scopes", "scopes"}, {NULL, NULL},
};

static const struct table_column made_columns[] = {{"name", "name"},
                                                   {"businessId", "business"},
                                                   {"apiKey", "key"},
                                                   {"file", "file"},
                                                   {NULL, NULL}};

static const struct table_column revoked_columns[] = {
    {"name", "name"}, {"businessId", "business"}, {"revoked", "revoked"}, {NULL, NULL}};

static bool show(struct listing *listing, struct json_value row)
{
    struct table *table = &listing->table;
    struct bytes names[SCOPES_COUNT];
    size_t names_count = 0;
    struct json_value scopes;
    struct json_value element;
    if (answer_member(row, "scopes", JSON_ARRAY, &scopes)) {
        struct json_walk walk = json_walk_begin(scopes);
        while (names_count < SCOPES_COUNT && json_next_element(&walk, &element)) {
            if (json_type(element) == JSON_STRING)
                names[names_count++] = json_string(element);
        }
    }
    struct json_value flag;
    table_add_number(table, answer_number(row, "businessId"));
    table_add_text(table, answer_text(row, "name"));
    table_add_text(table, answer_text(row, "kind"));
    table_add_flag(table, answer_member(row, "revoked", JSON_TRUE, &flag));
    table_add_list(table, names, names_count);
    return listing_end_row(listing);
}

static enum ctl_exit tokens_list_run(const struct options *options)
{
    struct listing listing;
    struct buffer query;
    buffer_init(&query);
    if (options->business_id > 0)
        buffer_append_format(&query, "businessId=%" PRId64, options->business_id);
    listing_begin(&listing, options, ACCESS_OPERATOR, columns, "tokens");
    struct session *session = &listing.session;
    const struct call_request request = {
        .method = "GET", .path = BYTES("/api/v1/tokens"), .query = buffer_bytes(&query)};
    struct json_value root;
    struct json_value part;
    if (session->exit == CTL_DONE && query.failed) {
        session_stop_for_memory(session);
    } else if (session->exit == CTL_DONE && ask_once(session, &request, &root)) {
        if (answer_member(root, "result", JSON_OBJECT, &part) &&
            answer_member(part, "tokens", JSON_ARRAY, &part)) {
            struct json_walk walk = json_walk_begin(part);
            struct json_value row;
            bool more = true;
            while (more && json_next_element(&walk, &row))
                more = show(&listing, row);
        } else {
            session_stop_for_answer(session, ERR_INVALID);
        }
    }
    buffer_deinit(&query);
    return listing_end(&listing, CTL_DONE);
}

/* Makes the file that the secret goes to, before there is a secret: it must not exist. */
static int file_make(struct session *session, const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, SECRET_FILE_MODE);
    if (fd < 0) {
        progress_say(&session->progress, "cannot create %s: %s", path, strerror(errno));
        session_stop(session, CTL_USAGE);
    }
    return fd;
}

/* Writes the secret. Where that fails it is shown after all: nobody can ask for it again. */
static bool file_write(struct session *session, int fd, const char *path, struct bytes secret)
{
    size_t done = 0;
    while (done < secret.size) {
        const ssize_t count = write(fd, secret.data + done, secret.size - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        done += (size_t)count;
    }
    if (done == secret.size && write(fd, "\n", 1) == 1 && fsync(fd) == 0)
        return true;
    progress_say(&session->progress, "cannot write %s: %s; the key is shown instead", path,
                 strerror(errno));
    session_stop(session, CTL_MACHINE);
    return false;
}

static void show_made(struct listing *listing, struct json_value result, int fd)
{
    struct session *session = &listing->session;
    const struct options *options = session->options;
    struct table *table = &listing->table;
    const struct bytes secret = answer_text(result, "apiKey");
    if (secret.size == 0) {
        session_stop_for_answer(session, ERR_INVALID);
        return;
    }
    const bool written = fd >= 0 && file_write(session, fd, options->output_path, secret);
    table_add_text(table, bytes_from_text(options->arguments[0]));
    table_add_number(table, options->business_id);
    if (written)
        table_add_nothing(table);
    else
        table_add_text(table, secret);
    if (written)
        table_add_text(table, bytes_from_text(options->output_path));
    else
        table_add_nothing(table);
    (void)listing_end_row(listing);
}

/* `a,b` becomes `["a","b"]`. */
static void body_make(const struct options *options, struct buffer *body)
{
    buffer_append_text(body, "{\"name\":");
    json_write_string(body, bytes_from_text(options->arguments[0]));
    buffer_append_format(body, ",\"businessId\":%" PRId64, options->business_id);
    struct bytes rest = bytes_from_text(options->scopes);
    for (bool first = true; rest.size > 0; first = false) {
        struct bytes scope;
        rest = bytes_split(rest, ',', &scope);
        buffer_append_text(body, first ? ",\"scopes\":[" : ",");
        json_write_string(body, bytes_trim(scope));
    }
    buffer_append_text(body, options->scopes == NULL ? "}" : "]}");
}

/* Sends a body and gives the answer's result. False: the run ends. */
static bool send_body(struct session *session, struct bytes path, const struct buffer *body,
                      struct json_value *result)
{
    const struct call_request request = {
        .method = "POST", .path = path, .body = buffer_bytes(body)};
    struct json_value root;
    if (body->failed) {
        session_stop_for_memory(session);
        return false;
    }
    if (!ask_once(session, &request, &root))
        return false;
    if (answer_member(root, "result", JSON_OBJECT, result))
        return true;
    session_stop_for_answer(session, ERR_INVALID);
    return false;
}

static enum ctl_exit tokens_create_run(const struct options *options)
{
    struct options once = *options;
    once.retries_max = 0;
    struct listing listing;
    struct buffer body;
    buffer_init(&body);
    body_make(&once, &body);
    listing_begin(&listing, &once, ACCESS_OPERATOR, made_columns, "tokens");
    listing.table.upright = true;
    struct session *session = &listing.session;
    int fd = -1;
    if (session->exit == CTL_DONE && once.output_path != NULL)
        fd = file_make(session, once.output_path);
    struct json_value result;
    const bool made =
        session->exit == CTL_DONE && send_body(session, BYTES("/api/v1/tokens"), &body, &result);
    if (made)
        show_made(&listing, result, fd);
    if (fd >= 0)
        (void)close(fd);
    if (fd >= 0 && !made)
        (void)unlink(once.output_path);
    buffer_deinit(&body);
    return listing_end(&listing, CTL_DONE);
}

static enum ctl_exit tokens_revoke_run(const struct options *options)
{
    struct listing listing;
    struct buffer body;
    buffer_init(&body);
    body_make(options, &body);
    listing_begin(&listing, options, ACCESS_OPERATOR, revoked_columns, "tokens");
    listing.table.upright = true;
    struct json_value result;
    if (listing.session.exit == CTL_DONE &&
        send_body(&listing.session, BYTES("/api/v1/tokens/revoke"), &body, &result)) {
        table_add_text(&listing.table, bytes_from_text(options->arguments[0]));
        table_add_number(&listing.table, options->business_id);
        table_add_flag(&listing.table, true);
        (void)listing_end_row(&listing);
    }
    buffer_deinit(&body);
    return listing_end(&listing, CTL_DONE);
}

/* clang-format off */
#define BUSINESS_ROW                                                                               \
    .name = "business", .value_name = "ID", .kind = OPTION_NUMBER, .min = 1, .max = INT64_MAX,     \
    OPTION_MEMBER(business_id)

static const struct option_row list_own_options[] = {
    {BUSINESS_ROW, .help = "only of this business"},
    {.name = NULL},
};

static const struct option_row create_options[] = {
    {BUSINESS_ROW, .required = true, .help = "whose token it is"},
    {.name = "scopes", .value_name = "SCOPE,…", .kind = OPTION_TEXT, .required = true,
     OPTION_MEMBER(scopes), .help = "what it may do, for instance all-methods:read-only"},
    {.name = "output-file", .letter = 'o', .value_name = "FILE", .kind = OPTION_TEXT,
     OPTION_MEMBER(output_path),
     .help = "a new file for the key, closed to others; it is not shown"},
    {.name = NULL},
};

static const struct option_row revoke_options[] = {
    {BUSINESS_ROW, .required = true, .help = "whose token it is"},
    {.name = NULL},
};

const struct command tokens_list_command = {
    .name = "tokens list",
    .summary = "operator: list the tokens of sellers",
    .description = "Lists the tokens that a stockd knows, without their secrets.\n",
    .examples = "  stockctl tokens list --operator-token-file data/store/operator.token\n",
    .options = {list_own_options, operator_options, list_options},
    .run = tokens_list_run,
};

const struct command tokens_create_command = {
    .name = "tokens create",
    .summary = "operator: make a token for a seller",
    .arguments = "NAME",
    .arguments_min = 1,
    .arguments_max = 1,
    .description =
        "Makes an Api-Key of that name. The key is told this once: on standard output, or into\n"
        "FILE. As nobody can ask for it again, the request is sent once; where its answer was\n"
        "lost, revoke the name and make another one.\n",
    .examples =
        "  stockctl tokens create sync --business 861370 --scopes offers-and-cards-management \\\n"
        "    -o token --operator-token-file data/store/operator.token\n",
    .options = {create_options, operator_options, common_options},
    .run = tokens_create_run,
};

const struct command tokens_revoke_command = {
    .name = "tokens revoke",
    .summary = "operator: end a token of a seller",
    .arguments = "NAME",
    .arguments_min = 1,
    .arguments_max = 1,
    .description = "Ends the token for good: from the next request on it opens nothing.\n",
    .examples =
        "  stockctl tokens revoke sync --business 861370 \\\n"
        "    --operator-token-file data/store/operator.token\n",
    .options = {revoke_options, operator_options, common_options},
    .run = tokens_revoke_run,
};
/* clang-format on */
