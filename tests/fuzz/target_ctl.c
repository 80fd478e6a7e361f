/* What stockctl reads: files of leftovers, answers of a server, its command line. */
#include "base/hash.h"
#include "check.h"
#include "ctl/batch.h"
#include "ctl/options.h"
#include "ctl/refusal.h"
#include "ctl/reply_head.h"
#include "fuzz.h"
#include "sheet/csv_reader.h"
#include "sheet/csv_writer.h"
#include "sheet/leftover.h"
#include "wire/put_stocks.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A file that is read: its rows as text, and those that would be sent. */
struct reading {
    struct csv_reader *reader;
    struct buffer told;
    struct batch *batch; /* NULL: nothing is sent. */
    uint32_t repeats;    /* Rows whose SKU came before. */
};

static void reading_init(struct reading *reading, struct batch *batch)
{
    *reading = (struct reading){.reader = csv_reader_create(NULL), .batch = batch};
    ASSERT(reading->reader != NULL);
    buffer_init(&reading->told);
}

static void reading_deinit(struct reading *reading)
{
    csv_reader_destroy(reading->reader);
    buffer_deinit(&reading->told);
}

/* A row that is to be sent. */
static void send_row(struct reading *reading, const struct leftover *leftover, uint64_t line)
{
    check_sku(leftover->sku);
    ASSERT(leftover->count >= 0 && leftover->count <= STOCK_COUNT_MAX);
    ASSERT(leftover->updated_at_ms <= FUZZ_NOW_MS + 60000);
    check_moment(leftover->updated_at_ms);
    if (reading->batch == NULL)
        return;
    reading->repeats += batch_line_of_sku(reading->batch, leftover->sku) != 0;
    const enum err error = batch_add(reading->batch, leftover, line);
    ASSERT(error == OK || (error == ERR_FULL && reading->batch->items_count > 0));
}

/* A row by the rules of the wire. */
static void take_row(struct reading *reading, const struct row *row, bool stamp_now)
{
    const struct leftover_rules rules = {.started_ms = FUZZ_NOW_MS, .stamp_now = stamp_now};
    struct leftover leftover;
    struct buffer problem;
    buffer_init(&problem);
    const enum leftover_kind kind = leftover_decode(row, &rules, &leftover, &problem);
    tell_number(&reading->told, kind);
    ASSERT((kind == LEFTOVER_BAD) == (problem.size > 0));
    if (kind == LEFTOVER_BAD)
        check_printable(buffer_bytes(&problem));
    if (kind == LEFTOVER_SEND)
        send_row(reading, &leftover, row->position);
    buffer_deinit(&problem);
}

static void take_rows(struct reading *reading, bool stamp_now)
{
    struct row row;
    while (csv_reader_next(reading->reader, &row)) {
        ASSERT(csv_reader_has_header(reading->reader) && row.position >= 1);
        tell_number(&reading->told, (int64_t)row.position);
        for (int i = 0; i < ROW_COLUMNS; i++)
            tell_bytes(&reading->told, row.fields[i]);
        take_row(reading, &row, stamp_now);
    }
}

/* Reads the file in pieces of that many bytes. */
static void read_file(struct reading *reading, struct bytes file, size_t piece_bytes)
{
    enum err error = OK;
    while (file.size > 0 && error == OK) {
        const size_t size = file.size < piece_bytes ? file.size : piece_bytes;
        error = csv_reader_feed(reading->reader, (struct bytes){file.data, size});
        file = (struct bytes){file.data + size, file.size - size};
        take_rows(reading, false);
    }
    if (error == OK) {
        error = csv_reader_finish(reading->reader);
        take_rows(reading, false);
    }
    ASSERT(error == OK || error == ERR_INVALID);
    if (error == OK)
        return;
    uint64_t line = 0;
    check_printable(bytes_from_text(csv_reader_problem(reading->reader, &line)));
    ASSERT(line >= 1);
    tell_number(&reading->told, (int64_t)line);
}

/* What would be sent is what the server takes, but for SKUs that come twice. */
static void check_batch(const struct reading *reading)
{
    static const struct put_stocks_rules rules = {FUZZ_NOW_MS, 60000, -1, 1};
    if (reading->batch->items_count == 0)
        return;
    struct json_case json;
    struct arena arena;
    struct error_list errors;
    struct put_stocks request;
    json_case_init(&json);
    arena_init(&arena);
    error_list_init(&errors);
    const struct bytes body = batch_finish(reading->batch);
    ASSERT(body.size <= (size_t)BODY_BYTES_MAX);
    ASSERT(json_case_parse(&json, body) == JSON_OK);
    const bool taken = put_stocks_decode(json.root, &rules, &arena, &request, &errors);
    ASSERT(taken == (reading->repeats == 0));
    ASSERT(request.skus_count == reading->batch->items_count);
    json_case_deinit(&json);
    arena_deinit(&arena);
    error_list_deinit(&errors);
}

void fuzz_csv(struct bytes input)
{
    static const size_t pieces[] = {1, 2, 5, 17, 4096};
    hash_seed_set(UINT64_C(0x5EED));
    struct reading whole;
    struct batch batch;
    ASSERT(batch_init(&batch, PUT_SKUS_MAX, BODY_BYTES_MAX) == OK);
    reading_init(&whole, &batch);
    read_file(&whole, input, input.size == 0 ? 1 : input.size);
    check_batch(&whole);
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        struct reading cut;
        reading_init(&cut, NULL);
        read_file(&cut, input, pieces[i]);
        check_equal(&whole.told, &cut.told);
        reading_deinit(&cut);
    }
    reading_deinit(&whole);
    batch_deinit(&batch);
}

void fuzz_csv_field(struct bytes input)
{
    struct buffer file;
    buffer_init(&file);
    buffer_append_text(&file, "sku;count\r\n");
    csv_append_field(&file, input);
    buffer_append_text(&file, ";5\r\n");
    struct csv_reader *reader = csv_reader_create(NULL);
    struct row row;
    ASSERT(reader != NULL);
    ASSERT(csv_reader_feed(reader, buffer_bytes(&file)) == OK);
    ASSERT(csv_reader_next(reader, &row));
    ASSERT(bytes_equal(row.fields[ROW_SKU], input));
    ASSERT(bytes_equal(row.fields[ROW_COUNT], BYTES("5")));
    ASSERT(!csv_reader_next(reader, &row));
    ASSERT(csv_reader_finish(reader) == OK);
    csv_reader_destroy(reader);
    buffer_deinit(&file);
}

/* The rows that an answer may speak of. */
static void batch_fill(struct batch *batch)
{
    static const struct bytes skus[] = {BYTES_INIT("A-1"), BYTES_INIT("it's"),
                                        BYTES_INIT("\xD0\x96' for warehouse '1")};
    ASSERT(batch_init(batch, PUT_SKUS_MAX, BODY_BYTES_MAX) == OK);
    for (size_t i = 0; i < COUNT_OF(skus); i++) {
        const struct leftover leftover = {.sku = skus[i], .count = 1, .updated_at_ms = FUZZ_NOW_MS};
        ASSERT(batch_add(batch, &leftover, i + 2) == OK);
    }
}

void fuzz_refusal(struct bytes input)
{
    struct batch batch;
    struct refusal refusal;
    struct json_case json; /* For its parser, and for padded memory. */
    hash_seed_set(UINT64_C(0x5EED));
    batch_fill(&batch);
    refusal_init(&refusal);
    json_case_init(&json);
    const bool is_json = json_case_parse(&json, input) == JSON_OK;
    const struct bytes padded = {json.padded, input.size};
    const enum err answer = answer_check_ok(json.parser, padded);
    ASSERT(answer == ERR_INVALID || (answer == OK && is_json));
    for (int with_batch = 0; with_batch < 2; with_batch++) {
        refusal_read(&refusal, json.parser, padded, with_batch == 1 ? &batch : NULL);
        ASSERT(refusal.messages_count <= ERRORS_PER_REPLY_MAX);
        ASSERT(is_json || refusal.messages_count == 0);
        for (uint32_t i = 0; i < refusal.messages_count; i++) {
            const struct bytes text = refusal_text(&refusal, i);
            ASSERT(bytes_are_utf8(text) && !bytes_have_controls(text));
            ASSERT(refusal.messages[i].line <= batch.items_count + 1);
            ASSERT(with_batch == 1 || refusal.messages[i].line == 0);
        }
    }
    json_case_deinit(&json);
    refusal_deinit(&refusal);
    batch_deinit(&batch);
}

void fuzz_reply_head(struct bytes input)
{
    struct reply_head head;
    reply_head_init(&head);
    struct bytes rest = input;
    while (rest.size > 0) {
        struct bytes line;
        rest = bytes_split(rest, '\n', &line);
        reply_head_take(&head, line);
        ASSERT(head.limit >= -1 && head.remaining >= -1 && head.retry_after_s >= -1);
        ASSERT(head.until_ms >= -1 && head.date_ms >= -1 && head.retry_after_date_ms >= -1);
        ASSERT(reply_head_retry_ms(&head) >= -1);
        ASSERT(head.retry_after_s < 0 || reply_head_retry_ms(&head) >= head.retry_after_s);
    }
}

#define MEMBER(name) .offset = offsetof(struct options, name)

enum { CAMPAIGN_MAX = 1000, WORDS_MAX = 64, WORD_BYTES_MAX = 4096 };

static const struct option_row common_rows[] = {
    {.name = "campaign",
     .value_name = "ID",
     .kind = OPTION_NUMBER,
     .min = 1,
     .max = CAMPAIGN_MAX,
     .required = true,
     MEMBER(campaign_id)},
    {.name = "url", .value_name = "URL", .kind = OPTION_TEXT, .standard = "std", MEMBER(url)},
    {.name = "auth",
     .value_name = "api-key|oauth",
     .kind = OPTION_CHOICE,
     .standard = "api-key",
     MEMBER(auth)},
    {.name = "help", .letter = 'h', .kind = OPTION_FLAG, MEMBER(help)},
    {.name = NULL},
};
static const struct option_row own_rows[] = {
    {.name = "quiet", .letter = 'q', .kind = OPTION_FLAG, MEMBER(quiet)},
    {.name = "out", .letter = 'o', .value_name = "PATH", .kind = OPTION_TEXT, MEMBER(output_path)},
    {.name = NULL},
};
static const struct command command = {.name = "take",
                                       .arguments = "FILE",
                                       .arguments_min = 1,
                                       .arguments_max = 1,
                                       .options = {own_rows, common_rows},
                                       .description = "",
                                       .examples = ""};

/* A word a line, as a NUL ends it. */
static size_t words_of(struct bytes input, char text[WORD_BYTES_MAX], char *words[WORDS_MAX + 1])
{
    size_t count = 0;
    size_t used = 0;
    while (input.size > 0 && count < WORDS_MAX) {
        struct bytes line;
        input = bytes_split(input, '\n', &line);
        if (line.size >= WORD_BYTES_MAX - used)
            break;
        words[count++] = text + used;
        if (line.size > 0)
            memcpy(text + used, line.data, line.size);
        used += line.size;
        text[used++] = '\0';
    }
    words[count] = NULL;
    return count;
}

void fuzz_stockctl_options(struct bytes input)
{
    static char text[WORD_BYTES_MAX];
    char *words[WORDS_MAX + 1];
    struct options options = {.arguments_count = 0};
    struct buffer problem;
    buffer_init(&problem);
    (void)words_of(input, text, words);
    const bool good =
        options_read(&command, words, (struct option_settings){.count = 0}, &options, &problem);
    ASSERT(good == (problem.size == 0));
    if (good && !options.help) {
        ASSERT(options.campaign_id >= 1 && options.campaign_id <= CAMPAIGN_MAX);
        ASSERT(options.auth == AUTH_API_KEY || options.auth == AUTH_OAUTH);
        ASSERT(options.url != NULL && options.url[0] != '\0');
        ASSERT(options.arguments_count == 1);
    }
    buffer_deinit(&problem);
}
