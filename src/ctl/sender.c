/* A batch is read from the book, encoded and begun while another is under way; its answer changes
 * its state. A refused batch (400) becomes smaller ones in the same transaction in which it goes:
 * without the rows that the server named, or else its two halves, which are sent next. When row
 * after row is refused alone and always for the same reason, that is not about rows: the rest is
 * not taken apart. */
#include "ctl/sender.h"

#include <inttypes.h>

#include "base/hash.h"
#include "book/outbox.h"
#include "ctl/stop.h"

enum {
    BAD_REQUEST = 400,
    CONTENT_TOO_LARGE = 413,
    LONE_REFUSALS_MAX = 8,
    PIECES_MAX = 2,
    GUILTY = PIECES_MAX, /* A row that goes into no piece. */
};

/* A request's place: the batch and where its rows are. */
struct sending {
    struct batch batch; /* A row's line is its number in the batch, from 1. */
    int64_t id;
    bool is_under_way;
};

struct sender {
    struct campaign *campaign;
    const struct row_source *source;
    struct sender_totals *totals;
    struct buffer queue; /* int64_t, numbers of batches; the last one is next. */
    struct sending sendings[CLIENT_CALLS_MAX];
    struct buffer data;
    struct buffer piece;
    struct buffer text;
    uint8_t piece_of[PUT_SKUS_MAX]; /* For each row of a refused batch. */
    int64_t all;                    /* Rows that waited at the start. */
    int64_t lone_refusals;          /* Rows refused alone since the last batch that went through. */
    uint64_t lone_reason;           /* For which reason; a hash. */
};

static bool must_stop(const struct sender *sender)
{
    return sender->campaign->session.exit != CTL_DONE || stop_signal() != 0;
}

static size_t queue_count(const struct sender *sender)
{
    return sender->queue.size / sizeof(int64_t);
}

static int64_t queue_at(const struct sender *sender, size_t index)
{
    int64_t id = 0;
    memcpy(&id, sender->queue.data + index * sizeof(id), sizeof(id));
    return id;
}

static void queue_push(struct sender *sender, int64_t id)
{
    buffer_append(&sender->queue, (struct bytes){(const uint8_t *)&id, sizeof(id)});
    if (sender->queue.failed)
        session_stop_for_memory(&sender->campaign->session);
}

static int64_t queue_pop(struct sender *sender)
{
    const int64_t id = queue_at(sender, queue_count(sender) - 1);
    sender->queue.size -= sizeof(id);
    return id;
}

/* Fills the queue with all that waits, the first at its end. */
static enum err queue_fill(struct sender *sender)
{
    struct buffer ids;
    buffer_init(&ids);
    const enum err error =
        outbox_list(sender->campaign->book, sender->campaign->shop, &ids, &sender->all);
    for (size_t at = ids.size; at > 0 && error == OK; at -= sizeof(int64_t)) {
        int64_t id = 0;
        memcpy(&id, ids.data + at - sizeof(id), sizeof(id));
        queue_push(sender, id);
    }
    buffer_deinit(&ids);
    return error;
}

/* Reads the batch's rows and encodes its request. */
static enum err batch_fill(struct sender *sender, struct sending *sending)
{
    batch_clear(&sending->batch);
    struct rows_walk walk;
    struct book_row row;
    enum err error = outbox_read(sender->campaign->book, sending->id, &sender->data);
    if (error != OK)
        return error;
    error = rows_walk_begin(&walk, buffer_bytes(&sender->data));
    for (uint64_t number = 1; error == OK && rows_walk_next(&walk, &row); number++) {
        const struct leftover leftover = {
            .sku = row.sku, .count = row.count, .updated_at_ms = row.updated_at_ms};
        error = batch_add(&sending->batch, &leftover, number);
    }
    if (error == OK && (walk.cursor.failed || sending->batch.items_count == 0))
        error = ERR_CORRUPT;
    return error == OK ? OK : book_fail_rows(sender->campaign->book, error);
}

static void begin_next(struct sender *sender)
{
    struct sending *sending = sender->sendings;
    while (sending->is_under_way)
        sending++;
    ASSERT(sending < sender->sendings + CLIENT_CALLS_MAX);
    sending->id = queue_pop(sender);
    if (campaign_failed(sender->campaign, batch_fill(sender, sending)))
        return;
    const struct call_request request = {
        .method = "PUT",
        .body = batch_finish(&sending->batch),
        .items = sending->batch.items_count,
        .tag = sending,
    };
    if (sending->batch.body.failed ||
        client_begin(sender->campaign->session.client, &request) != OK) {
        session_stop_for_memory(&sender->campaign->session);
        return;
    }
    sending->is_under_way = true;
}

/* Where the row of a batch stands that is being looked at: `FILE:LINE`, or its SKU where the row
 * comes from an earlier push. Lends until the next call. */
static const char *place_of(struct sender *sender, const struct batch *batch, uint32_t index)
{
    const struct batch_item *item = &batch->items[index];
    const struct bytes sku = {batch->skus.data + item->sku_offset, item->sku_bytes};
    const struct cell *cell = cells_find(sender->campaign->cells, sku);
    buffer_clear(&sender->text);
    if (sender->source != NULL && cell != NULL && cell->line > 0)
        row_source_place(sender->source, cell->line, &sender->text);
    else
        buffer_append_format(&sender->text, "SKU '%.*s'", BYTES_ARG(sku));
    return buffer_text(&sender->text);
}

/* Tells the guilty rows that messages name, and marks them. Returns how many. */
static uint32_t named_mark(struct sender *sender, const struct batch *batch)
{
    struct session *session = &sender->campaign->session;
    const struct refusal *refusal = &session->refusal;
    uint32_t named = 0;
    bool is_named = false;
    for (uint32_t i = 0; i < refusal->messages_count; i++)
        is_named = is_named || refusal->messages[i].line > 0;
    memset(sender->piece_of, 0, batch->items_count);
    for (uint32_t i = 0; i < refusal->messages_count; i++) {
        const uint64_t number = refusal->messages[i].line;
        const struct bytes text = refusal_text(refusal, i);
        if (number == 0 && is_named)
            progress_say(&session->progress, "refused: %.*s", BYTES_ARG(text));
        if (number == 0)
            continue;
        const uint32_t index = (uint32_t)number - 1;
        ASSERT(index < batch->items_count);
        named += sender->piece_of[index] != GUILTY;
        sender->piece_of[index] = GUILTY;
        progress_say_place(&session->progress, "%s: %.*s", place_of(sender, batch, index),
                           BYTES_ARG(text));
    }
    return named;
}

static struct bytes reason_of(const struct refusal *refusal)
{
    return refusal->messages_count > 0 ? refusal_text(refusal, 0)
                                       : BYTES("refused without a reason that can be read");
}

/* Tells that a batch was refused as a whole, and why. */
static void whole_say(struct sender *sender, const struct batch *batch)
{
    struct progress *progress = &sender->campaign->session.progress;
    const struct refusal *refusal = &sender->campaign->session.refusal;
    progress_say(progress, "the server refused %" PRIu32 " rows all at once:", batch->items_count);
    progress_say_place(progress, "%s and others: %.*s", place_of(sender, batch, 0),
                       BYTES_ARG(reason_of(refusal)));
}

/* Decides what becomes of the rows of a refused batch: piece_of. Returns how many are given up, all
 * of which were told. */
static uint32_t refused_divide(struct sender *sender, const struct batch *batch)
{
    const struct bytes reason = reason_of(&sender->campaign->session.refusal);
    const uint64_t reason_hash = bytes_hash(reason);
    const uint32_t count = batch->items_count;
    if (count > 1) {
        const uint32_t named = named_mark(sender, batch);
        if (named > 0)
            return named;
        if (sender->lone_refusals < LONE_REFUSALS_MAX || sender->lone_reason != reason_hash) {
            for (uint32_t i = count / 2; i < count; i++)
                sender->piece_of[i] = 1;
            return 0;
        }
        whole_say(sender, batch);
        memset(sender->piece_of, GUILTY, count);
        return count;
    }
    if (sender->lone_reason != reason_hash)
        sender->lone_refusals = 0;
    sender->lone_reason = reason_hash;
    sender->lone_refusals++;
    sender->piece_of[0] = GUILTY;
    progress_say_place(&sender->campaign->session.progress, "%s: %.*s", place_of(sender, batch, 0),
                       BYTES_ARG(reason));
    return 1;
}

/* Adds a piece to the outbox, if it has rows, and to the queue. */
static enum err piece_add(struct sender *sender, int piece)
{
    struct rows_writer writer;
    struct rows_walk walk;
    struct book_row row;
    buffer_clear(&sender->piece);
    rows_begin(&writer, &sender->piece);
    enum err error = rows_walk_begin(&walk, buffer_bytes(&sender->data));
    for (uint32_t i = 0; error == OK && rows_walk_next(&walk, &row); i++) {
        if (sender->piece_of[i] == piece)
            rows_add(&writer, &row);
    }
    rows_end(&writer);
    if (error == OK && sender->piece.failed)
        error = ERR_MEMORY;
    if (error != OK)
        return book_fail_rows(sender->campaign->book, error);
    if (writer.count == 0)
        return OK;
    struct book_batch batch = {
        .state = BATCH_URGENT,
        .rows_count = writer.count,
        .data = buffer_bytes(&sender->piece),
    };
    error = outbox_add(sender->campaign->book, sender->campaign->shop, &batch);
    if (error == OK)
        queue_push(sender, batch.id);
    return error;
}

/* Puts the pieces in the batch's place. The second one goes onto the queue first, so that the first
 * one leaves before it. */
static enum err pieces_replace(struct sender *sender, int64_t batch_id)
{
    struct book *book = sender->campaign->book;
    enum err error = book_begin(book, BOOK_SURVIVES_KILL);
    if (error == OK)
        error = outbox_read(book, batch_id, &sender->data);
    if (error == OK)
        error = outbox_remove(book, batch_id);
    for (int piece = PIECES_MAX - 1; piece >= 0 && error == OK; piece--)
        error = piece_add(sender, piece);
    if (error == OK)
        return book_commit(book);
    book_rollback(book);
    return error;
}

static void take_refusal(struct sender *sender, struct sending *sending,
                         const struct call_result *result)
{
    struct session *session = &sender->campaign->session;
    refusal_read(&session->refusal, session->parser, result->answer, &sending->batch);
    const uint32_t refused = refused_divide(sender, &sending->batch);
    sender->totals->refused += refused;
    (void)campaign_failed(sender->campaign, pieces_replace(sender, sending->id));
}

static void take_success(struct sender *sender, const struct sending *sending,
                         const struct call_result *result)
{
    struct session *session = &sender->campaign->session;
    const enum err error = answer_check_ok(session->parser, result->answer);
    if (error != OK) {
        session_stop_for_answer(session, error);
        return;
    }
    if (campaign_failed(sender->campaign, outbox_acknowledge(sender->campaign->book, sending->id)))
        return;
    sender->totals->sent += sending->batch.items_count;
    sender->lone_refusals = 0;
}

/* Takes back a call that has its result; false when none is begun. */
static bool take_result(struct sender *sender)
{
    struct session *session = &sender->campaign->session;
    struct call_result result;
    if (!client_end_one(session->client, &result))
        return false;
    struct sending *sending = result.tag;
    sending->is_under_way = false;
    const bool is_refused = result.outcome == CALL_ANSWERED &&
                            (result.status == BAD_REQUEST || result.status == CONTENT_TOO_LARGE);
    if (is_refused)
        take_refusal(sender, sending, &result);
    else if (session_judge(session, &result, NULL, NULL) == JUDGED_GOOD)
        take_success(sender, sending, &result);
    const int64_t done = sender->totals->sent + sender->totals->refused;
    progress_update(&session->progress, done, done);
    return true;
}

static void send_all(struct sender *sender)
{
    struct client *client = sender->campaign->session.client;
    bool is_under_way = true;
    while (is_under_way) {
        while (queue_count(sender) > 0 && !client_is_full(client) && !must_stop(sender))
            begin_next(sender);
        is_under_way = take_result(sender);
    }
}

static enum err sender_begin(struct sender *sender)
{
    enum err error = OK;
    for (int i = 0; i < CLIENT_CALLS_MAX && error == OK; i++)
        error = batch_init(&sender->sendings[i].batch, PUT_SKUS_MAX, (size_t)BODY_BYTES_MAX);
    if (error == OK)
        error = queue_fill(sender);
    /* An acknowledgement that a power cut takes away is only asked for again. */
    return error == OK ? book_safety_set(sender->campaign->book, BOOK_SURVIVES_KILL) : error;
}

void sender_run(struct campaign *campaign, const struct row_source *source,
                struct sender_totals *totals)
{
    *totals = (struct sender_totals){0, 0, 0};
    struct sender sender = {.campaign = campaign, .source = source, .totals = totals};
    if (!campaign_failed(campaign, sender_begin(&sender))) {
        progress_next(&campaign->session.progress, sender.all);
        send_all(&sender);
        totals->unsent = sender.all - totals->sent - totals->refused;
    }
    for (int i = 0; i < CLIENT_CALLS_MAX; i++)
        batch_deinit(&sender.sendings[i].batch);
    buffer_deinit(&sender.queue);
    buffer_deinit(&sender.data);
    buffer_deinit(&sender.piece);
    buffer_deinit(&sender.text);
}
