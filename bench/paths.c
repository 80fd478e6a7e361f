/* Runs one hot path once, so that its instructions can be counted: in this process, on one thread,
 * without sockets, and on a simulated disk whose clock stands still. The same arguments give the
 * same instructions.
 *
 *     build/bench/paths PATH BODY… + BODY…      from the project's folder, for bench/check
 *
 * A shelf of FILL_CELLS is made, and each body, a file, goes down the path in turn: those in front
 * of the + to warm up, those behind it inside measured(), and that function is what is counted.
 * What came of each of these is printed as `status=`: that of the answer, or of the step. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "ledger/shelf_load.h"
#include "os/os.h"
#include "paths_service.h"
#include "store/record.h"
#include "wire/get_stocks.h"
#include "wire/put_stocks.h"

enum { PAGE_CELLS = 200, FILE_BYTES_MAX = 4 * 1024 * 1024 };

/* What paths below the API work on. A body is parsed and decoded where it is aimed. */
struct stage {
    struct service service; /* Of paths that need one. */
    struct json_parser *parser;
    struct arena arena;
    struct error_list errors;
    int64_t now_ms;
    struct bytes body;
    struct put_stocks request;
    int status;
    struct shelf *shelf;
    struct order_book *book;
    struct shelf_image_sizes sizes;
    struct buffer bytes; /* A record, entries, or an answer. */
    struct store_command command;
};

static void parse(struct stage *stage)
{
    const struct put_stocks_rules rules = {
        .now_ms = stage->now_ms,
        .future_tolerance_ms = FUTURE_TOLERANCE_MS,
        .past_tolerance_ms = -1,
        .warehouse_id = 501,
    };
    struct json_value root;
    struct json_failure failure;
    const bool valid =
        json_parse(stage->parser, stage->body, &root, &failure) == JSON_OK &&
        put_stocks_decode(root, &rules, &stage->arena, &stage->request, &stage->errors);
    stage->status = valid ? 200 : 400;
}

static void parse_must(struct stage *stage)
{
    arena_reset(&stage->arena);
    parse(stage);
    MUST(stage->status == 200);
}

/* Forgets what the body before led to. */
static void clear(struct stage *stage)
{
    arena_reset(&stage->arena);
    error_list_clear(&stage->errors);
}

/* Parsing and decoding alone. */
static void fill_nothing(struct stage *stage)
{
    (void)stage;
}

/* The whole way of a PUT, from the head to the answer, with the commit. */
static void open_service(struct stage *stage)
{
    service_open(&stage->service);
}

static void aim_put(struct stage *stage)
{
    service_aim(&stage->service, "PUT", stage->body, stage->now_ms);
}

static void run_request(struct stage *stage)
{
    service_run(&stage->service);
    stage->status = stage->service.one.exchange.status;
}

static void put(struct stage *stage)
{
    aim_put(stage);
    run_request(stage);
}

/* The same for a page; no body, but a limit. */
static void aim_page(struct stage *stage)
{
    service_aim(&stage->service, "POST", BYTES("{}"), stage->now_ms);
    exchange_case_parameter(&stage->service.one, "limit", "200");
}

/* The store's part of a PUT until its record is in the open batch. */
static void aim_apply(struct stage *stage)
{
    parse_must(stage);
    stage->command = (struct store_command){
        .kind = STORE_PUT,
        .shelf_id = 1,
        .arena = &stage->arena,
        .put = {.items = stage->request.items, .items_count = stage->request.items_count},
        .cause = {.source = STOCK_SOURCE_API, .at_ms = 1, .by = BYTES("bench"), .request_id = 1},
    };
}

static void run_command(struct stage *stage)
{
    (void)store_submit(stage->service.store, &stage->command);
    stage->status = stage->command.verdict == VERDICT_OK ? 200 : 400;
}

static void settle_command(struct stage *stage)
{
    MUST(stage->command.kind != STORE_PUT ||
         stage->command.put.applied_count == stage->command.put.items_count);
    MUST(store_local_commit(stage->service.store) == OK);
}

static void fill_command(struct stage *stage)
{
    aim_apply(stage);
    run_command(stage);
    settle_command(stage);
}

/* The answer with a page that the store gave. */
static void aim_encode(struct stage *stage)
{
    arena_reset(&stage->arena);
    buffer_clear(&stage->bytes);
    stage->command = (struct store_command){
        .kind = STORE_PAGE,
        .shelf_id = 1,
        .arena = &stage->arena,
        .page = {.limit = PAGE_CELLS},
    };
    run_command(stage);
    MUST(stage->command.views_count == PAGE_CELLS);
}

static void run_encode(struct stage *stage)
{
    struct date_day day = {0};
    const struct get_stocks_paging paging = {BYTES("eyBuZXh0OiAyMDAgfQ"), {NULL, 0}};
    get_stocks_encode_begin(&stage->bytes, &paging);
    get_stocks_encode_warehouse(&stage->bytes, 501);
    for (uint32_t i = 0; i < stage->command.views_count; i++)
        get_stocks_encode_offer(&stage->bytes,
                                &(struct get_stocks_offer){.view = &stage->command.views[i]}, &day);
    get_stocks_encode_end(&stage->bytes);
}

/* A record is applied again, as at a start. */
static void open_shelf(struct stage *stage)
{
    stage->shelf = shelf_create(false);
    stage->book = order_book_create(stage->shelf);
    MUST(stage->shelf != NULL && stage->book != NULL);
}

static void aim_replay(struct stage *stage)
{
    static uint32_t cells[PUT_SKUS_MAX];
    parse_must(stage);
    const struct put_stocks *request = &stage->request;
    uint32_t next_new = shelf_cells_count(stage->shelf);
    struct record_writer writer;
    buffer_clear(&stage->bytes);
    shelf_find(stage->shelf, &request->items[0].key, sizeof(request->items[0]),
               request->items_count, cells);
    record_write_begin(&writer, &stage->bytes, 1, next_new);
    for (uint32_t i = 0; i < request->items_count; i++)
        record_write_entry(&writer, cells[i] == CELL_NONE ? next_new++ : cells[i],
                           &request->items[i]);
    record_end(&writer);
}

static void run_replay(struct stage *stage)
{
    struct cursor record = cursor_begin(buffer_bytes(&stage->bytes));
    const uint8_t kind = record_kind_decode(&record);
    (void)record_shelf_decode(&record);
    MUST(record_apply(kind, &record, stage->shelf, stage->book) == OK);
}

static void fill_replay(struct stage *stage)
{
    aim_replay(stage);
    run_replay(stage);
}

/* All cells of a shelf come from the entries of a checkpoint. */
static void aim_load(struct stage *stage)
{
    struct shelf_image *image = shelf_image_create(shelf_cells_count(stage->shelf));
    MUST(image != NULL && shelf_image_begin(image, stage->shelf, stage->book) == OK);
    buffer_clear(&stage->bytes);
    for (bool done = false; !done;)
        MUST(shelf_image_read(image, CHECKPOINT_ENTRIES_BYTES, &stage->bytes, &done) == OK);
    stage->sizes = shelf_image_sizes(image);
    MUST(stage->sizes.cells_count == FILL_CELLS);
    shelf_image_end(image);
    shelf_image_destroy(image);
    order_book_destroy(stage->book);
    shelf_destroy(stage->shelf);
    open_shelf(stage);
}

static void run_load(struct stage *stage)
{
    struct shelf_load *load = NULL;
    MUST(shelf_load_begin(stage->shelf, stage->book, &stage->sizes, stage->bytes.size, &load) ==
         OK);
    MUST(shelf_load_entries(load, buffer_bytes(&stage->bytes)) == OK);
    MUST(shelf_load_end(load) == OK);
}

struct path {
    const char *name;
    void (*open)(struct stage *stage);   /* What there is before the first body. */
    void (*fill)(struct stage *stage);   /* Takes a body of new SKUs. */
    void (*aim)(struct stage *stage);    /* Makes ready for a body: not counted. */
    void (*run)(struct stage *stage);    /* This is the path. */
    void (*settle)(struct stage *stage); /* What has to follow: not counted. */
};

static const struct path paths[] = {
    {"parse", fill_nothing, fill_nothing, clear, parse, clear},
    {"apply", open_service, fill_command, aim_apply, run_command, settle_command},
    {"put", open_service, put, aim_put, run_request, clear},
    {"page", open_service, put, aim_page, run_request, clear},
    {"encode", open_service, fill_command, aim_encode, run_encode, settle_command},
    {"replay", open_shelf, fill_replay, aim_replay, run_replay, clear},
    {"load", open_shelf, fill_replay, aim_load, run_load, clear},
};

/* By this name the counter knows what to count. */
void measured(const struct path *path, struct stage *stage);
__attribute__((noinline)) void measured(const struct path *path, struct stage *stage)
{
    path->run(stage);
}

/* Brings SKUs as bench/bodies.py names them, without updatedAt. */
static void fill(const struct path *path, struct stage *stage)
{
    struct buffer body;
    buffer_init(&body);
    for (uint32_t number = 0; number < FILL_CELLS;) {
        buffer_clear(&body);
        buffer_append(&body, BYTES("{\"skus\":["));
        for (uint32_t i = 0; i < PUT_SKUS_MAX; i++, number++)
            buffer_append_format(
                &body, "%s{\"sku\":\"SKU-%010" PRIu32 "\",\"items\":[{\"count\":%" PRIu32 "}]}",
                i == 0 ? "" : ",", number, number % 1000);
        buffer_append(&body, BYTES("]}"));
        const size_t size = body.size;
        buffer_append_zeros(&body, JSON_PADDING_BYTES);
        MUST(!body.failed);
        stage->body = (struct bytes){body.data, size};
        stage->status = 200;
        path->fill(stage);
        MUST(stage->status == 200);
    }
    buffer_deinit(&body);
}

static const struct path *path_find(const char *name)
{
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (strcmp(paths[i].name, name) == 0)
            return &paths[i];
    }
    (void)fprintf(stderr, "paths: there is no path %s\n", name);
    exit(2);
}

static void run_body(const struct path *path, struct stage *stage, const char *file, bool measure)
{
    /* Through a pointer that may change the compiler cannot make a copy of the function. */
    void (*volatile run)(const struct path *, struct stage *) = measured;
    uint8_t *data = NULL;
    size_t size = 0;
    struct buffer padded;
    buffer_init(&padded);
    MUST(os_read_file(os_real(), file, FILE_BYTES_MAX, &data, &size) == OK);
    buffer_append(&padded, (struct bytes){data, size});
    buffer_append_zeros(&padded, JSON_PADDING_BYTES);
    MUST(!padded.failed);
    free(data);
    stage->body = (struct bytes){padded.data, size};
    stage->status = 200;
    path->aim(stage);
    if (measure)
        run(path, stage);
    else
        path->run(stage);
    if (measure)
        printf("status=%d\n", stage->status);
    path->settle(stage);
    buffer_deinit(&padded);
}

int main(int argc, char **argv)
{
    static struct stage stage;
    if (argc < 3) {
        (void)fprintf(stderr, "usage: paths PATH BODY… + BODY…\n");
        return 2;
    }
    const struct path *path = path_find(argv[1]);
    hash_seed_set(HASH_SEED);
    json_start(NULL);
    arena_init(&stage.arena);
    error_list_init(&stage.errors);
    buffer_init(&stage.bytes);
    stage.parser = json_parser_create();
    MUST(stage.parser != NULL);
    path->open(&stage);
    stage.now_ms = FILL_MS;
    fill(path, &stage);
    stage.now_ms = NOW_MS;
    bool is_measured = false;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "+") == 0)
            is_measured = true;
        else
            run_body(path, &stage, argv[i], is_measured);
    }

    service_close(&stage.service);
    order_book_destroy(stage.book);
    shelf_destroy(stage.shelf);
    json_parser_destroy(stage.parser);
    buffer_deinit(&stage.bytes);
    error_list_deinit(&stage.errors);
    arena_deinit(&stage.arena);
    return 0;
}
