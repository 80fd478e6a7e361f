/* A document goes the same way whether it comes from a file, from the operator or from the store:
 * bytes, JSON, document, registry. On the way in its tokens are hashed, so no secret of a caller
 * reaches the disk.
 *
 * What slips in between the check and the commit: nothing. Commands enter the registry before they
 * go into the store (registry_enter), a prepared change has closed its shelves, and whoever looked
 * a shelf up before the commit and comes after it does not get in. */
#include "call/registry_keeper.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "call/registry_fence.h"
#include "os/log.h"
#include "wire/json.h"

/* Documents of the store (docs/formats.md): a registry document; one whose moves are carried behind
 * it; and that they were. */
static const struct bytes document_name = BYTES_INIT("registry");
static const struct bytes moving_name = BYTES_INIT("registry moves");
static const struct bytes moved_name = BYTES_INIT("registry moved");

struct registry_keeper {
    struct registry *registry;
    struct store *store;
    pthread_mutex_t mutex; /* Held through a change, in front of every other lock. Makes
                              reading an entry and applying it changed one step. */
};

struct registry_keeper *registry_keeper_create(struct registry *registry, struct store *store)
{
    struct registry_keeper *keeper = calloc(1, sizeof(*keeper));
    if (keeper == NULL)
        return NULL;
    keeper->registry = registry;
    keeper->store = store;
    if (pthread_mutex_init(&keeper->mutex, NULL) != 0) {
        free(keeper);
        return NULL;
    }
    return keeper;
}

void registry_keeper_destroy(struct registry_keeper *keeper)
{
    if (keeper == NULL)
        return;
    (void)pthread_mutex_destroy(&keeper->mutex);
    free(keeper);
}

static void keeper_lock(struct registry_keeper *keeper)
{
    const int failed = pthread_mutex_lock(&keeper->mutex);
    ASSERT(failed == 0);
}

static void keeper_unlock(struct registry_keeper *keeper)
{
    const int failed = pthread_mutex_unlock(&keeper->mutex);
    ASSERT(failed == 0);
}

static enum err decode_json(struct json_parser *parser, struct bytes text, struct arena *arena,
                            struct registry_document *document, struct error_list *errors)
{
    struct json_value root;
    struct json_failure failure;
    switch (json_parse(parser, text, &root, &failure)) {
    case JSON_OK:
        break;
    case JSON_NO_MEMORY:
        return ERR_MEMORY;
    case JSON_EMPTY:
        error_list_add(errors, "line 1: the file is empty");
        return ERR_INVALID;
    case JSON_TRUNCATED:
        error_list_add(errors, "line %zu: the file ends in the middle of the document",
                       failure.line);
        return ERR_INVALID;
    case JSON_NOT_UTF8:
        error_list_add(errors, "byte %zu: the file is not UTF-8", failure.offset);
        return ERR_INVALID;
    case JSON_MALFORMED:
        error_list_add(errors, "line %zu, column %zu: %s", failure.line, failure.column,
                       failure.problem);
        return ERR_INVALID;
    }
    if (registry_document_decode(root, arena, document, errors))
        return OK;
    return errors->count > 0 ? ERR_INVALID : ERR_MEMORY;
}

/* Decodes a text into the arena. */
static enum err decode_text(struct bytes text, struct arena *arena,
                            struct registry_document *document, struct error_list *errors)
{
    struct json_parser *parser = json_parser_create();
    struct buffer padded;
    buffer_init(&padded);
    /* At once: a buffer that grows leaves copies behind, and there are keys in this text. */
    enum err error = buffer_reserve(&padded, text.size + JSON_PADDING_BYTES);
    buffer_append(&padded, text);
    buffer_append_zeros(&padded, JSON_PADDING_BYTES);
    if (parser == NULL || padded.failed)
        error = ERR_MEMORY;
    if (error == OK) {
        error =
            decode_json(parser, (struct bytes){padded.data, text.size}, arena, document, errors);
        json_parser_wipe(parser);
        explicit_bzero(padded.data, padded.size);
    }
    buffer_deinit(&padded);
    json_parser_destroy(parser);
    return error;
}

static void log_kept_errors(const struct error_list *errors)
{
    size_t start = 0;
    for (uint32_t i = 0; i < errors->count; i++) {
        log_line(LOG_ERROR, "event=registry_wrong file=\"(kept in the store)\" problem=\"%.*s\"",
                 (int)(errors->ends[i] - start), (const char *)errors->text.data + start);
        start = errors->ends[i];
    }
}

enum err registry_take_document(void *context, struct bytes name, struct bytes content)
{
    struct registry *registry = context;
    const struct registry_move *moves = NULL;
    if (bytes_equal(name, moved_name)) {
        registry_finish(registry);
        return OK;
    }
    const bool moving = bytes_equal(name, moving_name);
    if (!moving && !bytes_equal(name, document_name))
        return ERR_UNSUPPORTED;
    if (registry_unfinished(registry, &moves) > 0)
        return ERR_CORRUPT; /* The change before it was never finished. */
    struct registry_document document;
    struct registry_change change;
    struct error_list errors;
    struct arena arena;
    error_list_init(&errors);
    arena_init(&arena);
    enum err error = decode_text(content, &arena, &document, &errors);
    if (error == OK)
        error = registry_prepare(registry, &document, REGISTRY_KEPT, &change, &errors);
    if (error == OK)
        registry_commit(registry);
    if (error == OK && !moving)
        registry_finish(registry); /* Version 0.1 carried before it kept. */
    log_kept_errors(&errors);
    arena_deinit(&arena);
    error_list_deinit(&errors);
    return error == ERR_INVALID ? ERR_CORRUPT : error;
}

void registry_keeper_hold(struct registry_keeper *keeper)
{
    keeper_lock(keeper);
}

void registry_keeper_release(struct registry_keeper *keeper)
{
    keeper_unlock(keeper);
}

enum err registry_keeper_give(const struct registry_keeper *keeper,
                              const struct store_document_sink *sink)
{
    struct bytes before;
    struct bytes change;
    if (registry_unfinished_texts(keeper->registry, &before, &change)) {
        const enum err error = sink->take(sink->context, document_name, before);
        return error == OK ? sink->take(sink->context, moving_name, change) : error;
    }
    struct buffer text;
    buffer_init(&text);
    registry_encode(keeper->registry, &text);
    const enum err error =
        text.failed ? ERR_MEMORY : sink->take(sink->context, document_name, buffer_bytes(&text));
    buffer_deinit(&text);
    return error;
}

/* Tells what lies on a shelf that is taken away, and what to do about it. */
static void tell_stranded(const struct registry_vacated *vacated, const struct shelf_totals *totals,
                          struct error_list *errors)
{
    const uint64_t units = totals->available + totals->reserved + totals->unfit;
    if (!vacated->units_allowed && units > 0) {
        error_list_add(errors,
                       "%.*s; stranded units: %" PRIu64 " (available %" PRIu64 ", reserved %" PRIu64
                       ", unfit %" PRIu64 "); set their counts to 0 before",
                       BYTES_ARG(vacated->what), units, totals->available, totals->reserved,
                       totals->unfit);
    }
    if (totals->orders_count > 0) {
        error_list_add(errors, "%.*s; stranded orders: %" PRIu32 "; ship or cancel them before",
                       BYTES_ARG(vacated->what), totals->orders_count);
    }
}

/* ERR_BUSY: something would be stranded. */
static enum err check_vacated(const struct registry_keeper *keeper,
                              const struct registry_change *change, struct error_list *errors)
{
    for (uint32_t i = 0; i < change->vacated_count; i++) {
        const struct registry_vacated *vacated = &change->vacated[i];
        struct shelf_totals totals;
        const enum err error =
            store_totals(keeper->store, vacated->shelf_id, vacated->campaign_id, &totals);
        if (error != OK)
            return error;
        tell_stranded(vacated, &totals, errors);
    }
    return errors->count == 0 ? OK : ERR_BUSY;
}

static enum err carry(const struct registry_keeper *keeper, const struct registry_move *moves,
                      uint32_t moves_count)
{
    enum err error = OK;
    for (uint32_t i = 0; i < moves_count && error == OK; i++) {
        const int64_t from = moves[i].from_shelf_id;
        const int64_t to = moves[i].to_shelf_id;
        if (moves[i].marks_only)
            error = store_copy_marks(keeper->store, from, to);
        else
            error = store_copy_shelf(keeper->store, from, to,
                                     moves[i].joins ? STORE_TIES_LEAST : STORE_TIES_LAST);
    }
    return error;
}

/* Carries what the last change left to carry, and opens its shelves. What was carried before a
 * power cut is carried again: that changes nothing. Another node may be at the same: whoever is
 * first fences the shelves that were carried to, so that nothing old comes there behind him. */
static enum err finish(struct registry_keeper *keeper)
{
    const struct registry_move *moves = NULL;
    const uint32_t moves_count = registry_unfinished(keeper->registry, &moves);
    int64_t fence = 0;
    if (moves_count == 0)
        return OK;
    enum err error = carry(keeper, moves, moves_count);
    if (error == OK)
        error = registry_fence_targets(keeper->store, moves, moves_count, &fence);
    if (error == OK)
        error = store_add_fenced(keeper->store, fence, moved_name, (struct bytes){NULL, 0});
    if (error == OK) {
        registry_finish(keeper->registry);
    } else if (error == ERR_BUSY) {
        log_line(LOG_INFO, "event=registry_unfinished meaning='another node is faster'");
    } else {
        log_line(LOG_ERROR,
                 "event=registry_unfinished error=\"%s\" meaning='the change is kept, its shelves "
                 "are closed' action='make room, then send it again'",
                 err_text(error));
    }
    return error;
}

/* Keeps other nodes off the shelves that a change closes, and looks again at what it takes away:
 * now nothing can come there any more. A document that says nothing opens them again. */
static enum err close_everywhere(const struct registry_keeper *keeper,
                                 const struct registry_change *change, struct error_list *errors,
                                 int64_t *fence)
{
    *fence = 0;
    if (!store_is_shared(keeper->store))
        return OK;
    enum err error = registry_fence_closed(keeper->store, change, fence);
    if (error == OK)
        error = check_vacated(keeper, change, errors);
    if (error == ERR_BUSY)
        (void)store_add_fenced(keeper->store, *fence, moved_name, (struct bytes){NULL, 0});
    return error;
}

/* Makes a prepared change durable. What it moves is carried behind it: until then its shelves stay
 * closed, also over a power cut. */
static enum err keep(const struct registry_keeper *keeper, const struct registry_document *document,
                     const struct registry_change *change, struct error_list *errors)
{
    struct buffer text;
    buffer_init(&text);
    registry_document_encode(&text, document);
    enum err error = text.failed ? ERR_MEMORY : OK;
    if (error == OK && text.size > REGISTRY_KEPT_BYTES_MAX)
        error = ERR_UNSUPPORTED;
    if (error == OK)
        error = check_vacated(keeper, change, errors);
    const struct bytes name = change->moves_count > 0 ? moving_name : document_name;
    int64_t fence = 0;
    if (error == OK)
        error = close_everywhere(keeper, change, errors, &fence);
    if (error == OK)
        error = store_add_fenced(keeper->store, fence, name, buffer_bytes(&text));
    buffer_deinit(&text);
    return error;
}

static uint32_t count_copies(const struct registry_change *change)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < change->moves_count; i++)
        count += !change->moves[i].marks_only;
    return count;
}

/* The mutex is held. */
static enum err apply(struct registry_keeper *keeper, struct registry_document *document,
                      struct error_list *errors, struct registry_outcome *outcome)
{
    struct store_metrics metrics;
    struct registry_change change;
    enum err error = finish(keeper);
    if (error != OK)
        return error;
    store_metrics(keeper->store, &metrics);
    registry_reserve_shelves(keeper->registry, metrics.shelf_id_max);
    error = registry_prepare(keeper->registry, document, REGISTRY_NEW, &change, errors);
    if (error != OK)
        return error;
    if (change.changed)
        error = keep(keeper, document, &change, errors);
    else
        error = store_confirm(keeper->store); /* Or it is only we who know nothing of a change. */
    *outcome =
        (struct registry_outcome){change.changed, count_copies(&change), REGISTRY_REFUSAL_NONE};
    if (error != OK || !change.changed) {
        registry_abandon(keeper->registry);
        return error;
    }
    registry_commit(keeper->registry);
    return finish(keeper);
}

enum err registry_keeper_apply(struct registry_keeper *keeper, struct registry_document *document,
                               struct error_list *errors, struct registry_outcome *outcome)
{
    *outcome = (struct registry_outcome){.changed = false};
    keeper_lock(keeper);
    const enum err error = apply(keeper, document, errors, outcome);
    keeper_unlock(keeper);
    return error;
}

enum err registry_keeper_apply_text(struct registry_keeper *keeper, struct bytes text,
                                    struct error_list *errors, struct registry_outcome *outcome)
{
    *outcome = (struct registry_outcome){.changed = false};
    struct registry_document document;
    struct arena arena;
    arena_init(&arena);
    enum err error = decode_text(text, &arena, &document, errors);
    if (error == OK)
        error = registry_keeper_apply(keeper, &document, errors, outcome);
    arena_deinit(&arena);
    return error;
}

enum err registry_keeper_complete(struct registry_keeper *keeper, struct error_list *errors)
{
    struct registry_document document;
    struct registry_outcome outcome;
    struct arena arena;
    uint32_t count = 0;
    arena_init(&arena);
    enum err error =
        registry_find_unnumbered(keeper->registry, &arena, &document, &count) ? OK : ERR_MEMORY;
    keeper_lock(keeper);
    if (error == OK)
        error = finish(keeper);
    if ((error == ERR_FULL || error == ERR_BUSY) && count == 0)
        error = OK; /* The shelves concerned stay closed; all others can be read. */
    if (error == OK && count > 0)
        error = apply(keeper, &document, errors, &outcome);
    keeper_unlock(keeper);
    if (error == OK && count > 0)
        log_line(LOG_INFO, "event=registry_numbered entries=%u", count);
    arena_deinit(&arena);
    return error;
}

enum err registry_keeper_end(struct registry_keeper *keeper)
{
    const struct registry_move *moves = NULL;
    keeper_lock(keeper);
    const bool unfinished = registry_unfinished(keeper->registry, &moves) > 0;
    const enum err error =
        unfinished ? finish(keeper)
                   : store_add_document(keeper->store, moved_name, (struct bytes){NULL, 0});
    keeper_unlock(keeper);
    return error;
}

/* Whether a business may have one more token of this name. */
static enum err check_new_token(const struct registry_keeper *keeper,
                                const struct registry_token *token, struct error_list *errors,
                                enum registry_refusal *refusal)
{
    struct registry_token known;
    if (registry_find_token_entry(keeper->registry, token->business_id, token->name, &known)) {
        error_list_add(errors, "Business %" PRId64 " has a token '%.*s' already",
                       token->business_id, BYTES_ARG(token->name));
        *refusal = REGISTRY_REFUSAL_TOKEN_EXISTS;
        return ERR_INVALID;
    }
    if (registry_count_tokens(keeper->registry, token->business_id) >= REGISTRY_TOKENS_MAX) {
        error_list_add(errors, "Business %" PRId64 " has %d tokens already; revoke one before",
                       token->business_id, REGISTRY_TOKENS_MAX);
        *refusal = REGISTRY_REFUSAL_TOO_MANY_TOKENS;
        return ERR_INVALID;
    }
    return OK;
}

enum err registry_keeper_add_token(struct registry_keeper *keeper,
                                   const struct registry_token *token, struct error_list *errors,
                                   struct registry_outcome *outcome)
{
    *outcome = (struct registry_outcome){.changed = false};
    struct registry_token entry = *token;
    struct registry_document document = {.tokens = &entry, .tokens_count = 1};
    keeper_lock(keeper);
    enum err error = check_new_token(keeper, token, errors, &outcome->refusal);
    if (error == OK)
        error = apply(keeper, &document, errors, outcome);
    keeper_unlock(keeper);
    return error;
}

enum err registry_keeper_revoke_token(struct registry_keeper *keeper, int64_t business_id,
                                      struct bytes name, struct error_list *errors,
                                      struct registry_outcome *outcome)
{
    *outcome = (struct registry_outcome){.changed = false};
    struct registry_token entry;
    struct registry_document document = {.tokens = &entry, .tokens_count = 1};
    enum err error = ERR_NOT_FOUND;
    keeper_lock(keeper);
    if (registry_find_token_entry(keeper->registry, business_id, name, &entry)) {
        entry.revoked = true;
        error = apply(keeper, &document, errors, outcome);
    }
    keeper_unlock(keeper);
    return error;
}

enum err registry_keeper_enable_warehouse(struct registry_keeper *keeper, int64_t warehouse_id,
                                          bool enabled, struct error_list *errors,
                                          struct registry_outcome *outcome)
{
    *outcome = (struct registry_outcome){.changed = false};
    struct registry_warehouse entry;
    struct registry_document document = {.warehouses = &entry, .warehouses_count = 1};
    enum err error = ERR_NOT_FOUND;
    keeper_lock(keeper);
    if (registry_find_warehouse_entry(keeper->registry, warehouse_id, &entry)) {
        entry.disabled = !enabled;
        entry.enabled_given = true;
        error = apply(keeper, &document, errors, outcome);
    }
    keeper_unlock(keeper);
    return error;
}
