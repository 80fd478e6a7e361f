/* A run ends early once: the first reason is said, calls that end after it are only counted. */
#include "ctl/session.h"

#include <inttypes.h>

#include "base/hash.h"
#include "ctl/stop.h"

enum {
    MS_PER_SECOND = 1000,
    BAD_REQUEST = 400,
    NOT_FOUND = 404,
    CONFLICT = 409,
    CONTENT_TOO_LARGE =
        413, /* Never the Market itself (CONTRACT §10), but what stands before it. */
};

static enum ctl_exit access_begin(struct session *session)
{
    struct buffer problem;
    struct buffer warnings;
    buffer_init(&problem);
    buffer_init(&warnings);
    const bool good = access_init(&session->access, session->os, session->place, session->options,
                                  &problem, &warnings);
    struct bytes rest = buffer_bytes(&warnings);
    while (rest.size > 0) {
        struct bytes line;
        rest = bytes_split(rest, '\n', &line);
        progress_say(&session->progress, "%.*s", BYTES_ARG(line));
    }
    const bool said = problem.size > 0;
    if (!good)
        progress_say(&session->progress, "%s", said ? buffer_text(&problem) : "out of memory");
    buffer_deinit(&problem);
    buffer_deinit(&warnings);
    if (good)
        return CTL_DONE;
    return said ? CTL_USAGE : CTL_MACHINE;
}

static void begin(struct session *session, const struct options *options, enum access_place place,
                  const char *unit, int64_t whole_part)
{
    *session = (struct session){.os = os_real(), .options = options, .place = place};
    uint64_t seed = 0;
    session->os->random(session->os, &seed, sizeof(seed));
    hash_seed_set(seed);
    progress_init(&session->progress, session->os, "stockctl", unit, whole_part, options->quiet);
    refusal_init(&session->refusal);
    session->exit = access_begin(session);
    if (session->exit != CTL_DONE)
        return;
    const struct client_settings settings = {
        .os = session->os,
        .access = &session->access,
        .progress = &session->progress,
        .ca_file = options->ca_file,
        .timeout_ms = options->timeout_s * MS_PER_SECOND,
        .retries_max = options->retries_max,
    };
    session->parser = json_parser_create();
    session->client = client_create(&settings);
    if (session->parser == NULL || session->client == NULL)
        session_stop_for_memory(session);
}

void session_begin(struct session *session, const struct options *options, const char *unit,
                   int64_t whole_part)
{
    begin(session, options, ACCESS_MARKET, unit, whole_part);
}

void session_begin_operator(struct session *session, const struct options *options,
                            const char *unit)
{
    begin(session, options, ACCESS_OPERATOR, unit, 0);
}

void session_end(struct session *session)
{
    progress_end(&session->progress);
    client_destroy(session->client);
    json_parser_destroy(session->parser);
    refusal_deinit(&session->refusal);
    access_deinit(&session->access);
}

void session_stop(struct session *session, enum ctl_exit code)
{
    if (session->exit == CTL_DONE)
        session->exit = code;
    if (session->client != NULL)
        client_stop(session->client);
}

void session_stop_for_memory(struct session *session)
{
    progress_say(&session->progress, "out of memory");
    session_stop(session, CTL_MACHINE);
}

void session_stop_for_answer(struct session *session, enum err error)
{
    if (error == ERR_MEMORY) {
        session_stop_for_memory(session);
        return;
    }
    if (session->exit == CTL_DONE)
        progress_say(&session->progress, "what answers at %s is not the API; check --%s",
                     session->options->url,
                     session->place == ACCESS_OPERATOR ? "operator-url" : "url");
    session_stop(session, CTL_UNREACHABLE);
}

static void say_refusal(struct session *session, const struct batch *rows, const char *file)
{
    const struct refusal *refusal = &session->refusal;
    if (rows != NULL) {
        progress_say(&session->progress,
                     "the server refused %" PRIu32 " rows, lines %" PRIu64 " to %" PRIu64
                     ", all at once:",
                     rows->items_count, batch_line_of_index(rows, 0),
                     batch_line_of_index(rows, (int64_t)rows->items_count - 1));
    }
    for (uint32_t i = 0; i < refusal->messages_count; i++) {
        const struct bytes text = refusal_text(refusal, i);
        if (refusal->messages[i].line > 0) {
            progress_say_place(&session->progress, "%s:%" PRIu64 ": %.*s", file,
                               refusal->messages[i].line, BYTES_ARG(text));
        } else {
            progress_say(&session->progress, "refused: %.*s", BYTES_ARG(text));
        }
    }
    if (refusal->messages_count == 0)
        progress_say(&session->progress, "refused without a reason that can be read");
}

static void say_not_allowed(struct session *session, int64_t status)
{
    const struct refusal *refusal = &session->refusal;
    const struct bytes text =
        refusal->messages_count > 0 ? refusal_text(refusal, 0) : BYTES("no reason given");
    progress_say(&session->progress, "the server answered %" PRId64 ": %.*s", status,
                 BYTES_ARG(text));
    progress_say(&session->progress, "%s",
                 session->place == ACCESS_OPERATOR ? refusal_advice_operator(status)
                                                   : refusal_advice(status));
}

/* Whether an error answer speaks of this request alone. The operator's 404 does where it names what
 * is not there; at an address that is not the operator's everything is not found. */
static bool is_refusal(const struct session *session, int64_t status)
{
    if (status == BAD_REQUEST || status == CONTENT_TOO_LARGE)
        return true;
    if (session->place != ACCESS_OPERATOR || session->refusal.messages_count == 0)
        return false;
    return status == CONFLICT ||
           (status == NOT_FOUND &&
            !bytes_starts_with(refusal_text(&session->refusal, 0), BYTES("Resource not found")));
}

enum judgement session_judge(struct session *session, const struct call_result *result,
                             const struct batch *rows, const char *file)
{
    switch (result->outcome) {
    case CALL_STOPPED:
        return JUDGED_END;
    case CALL_UNREACHABLE:
        if (session->exit == CTL_DONE)
            progress_say(&session->progress, "cannot reach %s: %s", session->options->url,
                         result->problem);
        session_stop(session, CTL_UNREACHABLE);
        return JUDGED_END;
    case CALL_NO_MEMORY:
        session_stop_for_memory(session);
        return JUDGED_END;
    case CALL_ANSWERED:
        break;
    }
    if (result->status >= 200 && result->status <= 299)
        return JUDGED_GOOD;
    refusal_read(&session->refusal, session->parser, result->answer, rows);
    if (is_refusal(session, result->status)) {
        say_refusal(session, rows, file);
        return JUDGED_REFUSED;
    }
    if (session->exit == CTL_DONE)
        say_not_allowed(session, result->status);
    session_stop(session, CTL_NOT_ALLOWED);
    return JUDGED_END;
}

enum ctl_exit session_exit(const struct session *session, enum ctl_exit found)
{
    if (session->exit != CTL_DONE)
        return session->exit;
    const int number = stop_signal();
    return number != 0 ? (enum ctl_exit)(CTL_SIGNAL + number) : found;
}
