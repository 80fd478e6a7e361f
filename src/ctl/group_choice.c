/* One campaign is asked about nowhere. What the server said holds for an hour: it may be asked a
 * hundred times in one, and a cron of a minute asks sixty times. */
#include "ctl/group_choice.h"

#include <inttypes.h>
#include <stdio.h>

#include "book/store_groups.h"
#include "ctl/stop.h"
#include "ctl/stores.h"

enum { ANSWER_HOLDS_MS = 3600 * 1000, CAMPAIGNS_ASKED_MAX = 25 /* CONTRACT §6. */ };

static void say(const struct options *options, struct buffer *text)
{
    if (!options->quiet && text->size > 0)
        (void)fprintf(stderr, "stockctl: %s\n", buffer_text(text));
    buffer_clear(text);
}

static bool note_store(void *context, const struct store_fact *store)
{
    struct groups *groups = context;
    for (size_t i = 0; i < groups->count; i++) {
        if (groups->members[i].campaign_id == store->id)
            groups->members[i].business_id = store->business_id;
    }
    return true;
}

/* Takes the groups from an answer: a warehouse belongs to one campaign. */
static void note_warehouses(struct session *session, struct json_value root, struct groups *groups)
{
    struct json_value result;
    struct json_value list;
    struct json_value row;
    struct json_value group;
    if (!answer_member(root, "result", JSON_OBJECT, &result) ||
        !answer_member(result, "warehouses", JSON_ARRAY, &list)) {
        session_stop_for_answer(session, ERR_INVALID);
        return;
    }
    struct json_walk walk = json_walk_begin(list);
    while (json_next_element(&walk, &row)) {
        if (answer_member(row, "groupInfo", JSON_OBJECT, &group))
            groups_note(groups, answer_number(row, "campaignId"), answer_number(group, "id"),
                        answer_text(group, "name"));
    }
}

/* Asks for the warehouses of up to CAMPAIGNS_ASKED_MAX campaigns of a business, from the member
 * `index` on. Returns where to go on. */
static size_t ask_some(struct session *session, struct groups *groups, int64_t business_id,
                       size_t index)
{
    struct buffer path;
    struct buffer body;
    buffer_init(&path);
    buffer_init(&body);
    buffer_append_format(&path, "/v2/businesses/%" PRId64 "/warehouses", business_id);
    buffer_append_text(&body, "{\"campaignIds\":[");
    int count = 0;
    for (; index < groups->count && count < CAMPAIGNS_ASKED_MAX; index++) {
        if (groups->members[index].business_id == business_id)
            buffer_append_format(&body, "%s%" PRId64, count++ > 0 ? "," : "",
                                 groups->members[index].campaign_id);
    }
    buffer_append_text(&body, "]}");
    const struct call_request request = {
        .method = "POST",
        .path = buffer_bytes(&path),
        .query = BYTES("limit=25"),
        .body = buffer_bytes(&body),
        .items = 1,
    };
    struct json_value root;
    if (path.failed || body.failed)
        session_stop_for_memory(session);
    else if (count > 0 && ask_once(session, &request, &root))
        note_warehouses(session, root, groups);
    buffer_deinit(&path);
    buffer_deinit(&body);
    return index;
}

/* Whether an earlier member is of the same business, which was asked about then. */
static bool business_was_asked(const struct groups *groups, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (groups->members[i].business_id == groups->members[index].business_id)
            return true;
    }
    return false;
}

static bool must_stop(const struct session *session)
{
    return session->exit != CTL_DONE || stop_signal() != 0;
}

/* Asks which business each campaign is of, and for their warehouses. */
static enum ctl_exit ask_server(const struct options *options, struct groups *groups)
{
    struct session session;
    session_begin(&session, options, "warehouses", 0);
    if (!must_stop(&session))
        (void)stores_read(&session, note_store, groups);
    for (size_t i = 0; i < groups->count; i++) {
        const int64_t business_id = groups->members[i].business_id;
        if (business_id == 0 || business_was_asked(groups, i))
            continue;
        for (size_t next = i; next < groups->count && !must_stop(&session);)
            next = ask_some(&session, groups, business_id, next);
    }
    progress_end(&session.progress);
    const enum ctl_exit code = session_exit(&session, CTL_DONE);
    session_end(&session);
    return code;
}

/* Fills in what the book remembers. ERR_NOT_FOUND: not of all campaigns, or it is old. */
static enum err recall(const struct options *options, struct book *book, struct groups *groups)
{
    struct os *os = os_real();
    const int64_t now_ms = os->now_ms(os);
    const struct bytes url = bytes_from_text(options->url);
    enum err error = OK;
    struct buffer name;
    buffer_init(&name);
    for (size_t i = 0; i < groups->count && error == OK; i++) {
        struct store_group group;
        buffer_clear(&name);
        error = store_groups_get(book, url, groups->members[i].campaign_id, &group, &name);
        if (error == OK && (group.asked_ms > now_ms || group.asked_ms + ANSWER_HOLDS_MS < now_ms))
            error = ERR_NOT_FOUND;
        if (error == OK)
            groups_note(groups, group.campaign_id, group.group_id, group.name);
    }
    buffer_deinit(&name);
    return error;
}

static enum err remember(const struct options *options, struct book *book,
                         const struct groups *groups)
{
    struct os *os = os_real();
    enum err error = book_begin(book, BOOK_SURVIVES_KILL);
    for (size_t i = 0; i < groups->count && error == OK; i++) {
        const struct group_member *member = &groups->members[i];
        const struct store_group group = {
            .campaign_id = member->campaign_id,
            .group_id = member->group_id,
            .name = bytes_from_text(member->name),
            .asked_ms = os->now_ms(os),
        };
        error = store_groups_put(book, bytes_from_text(options->url), &group);
    }
    if (error == OK)
        return book_commit(book);
    book_rollback(book);
    return error;
}

static enum ctl_exit find_out(const struct options *options, struct book *book,
                              struct groups *groups, struct buffer *text)
{
    enum err error = recall(options, book, groups);
    if (error == ERR_NOT_FOUND) {
        groups_init(groups, &options->campaigns);
        const enum ctl_exit code = ask_server(options, groups);
        if (code == CTL_NOT_ALLOWED) {
            buffer_append_text(text, "so nobody knows which campaigns share their stock, and each "
                                     "is sent; --group ID+ID, or group in the profile, settles it");
            say(options, text);
            groups_init(groups, &options->campaigns);
            return CTL_DONE;
        }
        if (code != CTL_DONE)
            return code;
        error = remember(options, book, groups);
    }
    if (error == OK)
        return CTL_DONE;
    (void)fprintf(stderr, "stockctl: %s\n", book_problem(book));
    return CTL_MACHINE;
}

enum ctl_exit group_choice_make(const struct options *options, struct book *book,
                                struct groups *groups)
{
    enum ctl_exit code = CTL_DONE;
    struct buffer text;
    buffer_init(&text);
    groups_init(groups, &options->campaigns);
    if (options->group != NULL) {
        if (!groups_parse(groups, options->group, &text)) {
            (void)fprintf(stderr, "stockctl: %s\n", buffer_text(&text));
            code = CTL_USAGE;
        }
        buffer_clear(&text);
    } else if (groups->count > 1) {
        code = find_out(options, book, groups, &text);
    }
    (void)groups_settle(groups);
    for (size_t i = 0; i < groups->count && code == CTL_DONE; i++) {
        groups_explain(&groups->members[i], &text);
        say(options, &text);
    }
    buffer_deinit(&text);
    return code;
}
