/* One run of a decoder has memory of its own of just the size that is needed, so that a sanitizer
 * sees what is read behind an end, and what outlives its document. */
#include "body.h"

#include "base/hash.h"
#include "wire/json_failure.h"

/* All that a run leaves. */
struct run {
    struct json_case json;
    struct arena arena;
    struct error_list errors;
    struct buffer told;
    bool decoded;
};

static void run_init(struct run *run)
{
    json_case_init(&run->json);
    arena_init(&run->arena);
    error_list_init(&run->errors);
    buffer_init(&run->told);
}

static void run_deinit(struct run *run)
{
    json_case_deinit(&run->json);
    arena_deinit(&run->arena);
    error_list_deinit(&run->errors);
    buffer_deinit(&run->told);
}

static void check_failure(enum json_outcome outcome, const struct json_failure *failure,
                          struct bytes input)
{
    ASSERT(outcome != JSON_NO_MEMORY);
    ASSERT(failure->offset <= input.size && failure->line >= 1 && failure->column >= 1);
    char text[JSON_FAILURE_BYTES_MAX];
    json_failure_text(outcome, failure, text);
    check_printable(bytes_from_text(text));
}

/* Decodes text that is JSON. */
static void run_decode(struct run *run, struct bytes text, body_decode *decode, uint64_t seed)
{
    hash_seed_set(seed);
    const enum json_outcome outcome = json_case_parse(&run->json, text);
    ASSERT(outcome == JSON_OK);
    struct body body = {run->json.root, &run->arena, &run->errors, &run->told};
    run->decoded = decode(&body);
    if (run->decoded)
        ASSERT(run->errors.count == 0);
    else
        check_errors(&run->errors);
}

static void decode_twice(struct bytes input, body_decode *decode)
{
    struct run first;
    struct run second;
    run_init(&first);
    run_init(&second);
    run_decode(&first, input, decode, UINT64_C(0x5EED));
    run_decode(&second, input, decode, UINT64_C(0xFEDCBA9876543210));
    ASSERT(first.decoded == second.decoded);
    check_equal(&first.told, &second.told);
    check_equal(&first.errors.text, &second.errors.text);
    run_deinit(&first);
    run_deinit(&second);
}

void body_run(struct bytes input, body_decode *const decoders[], size_t decoders_count)
{
    struct json_case json;
    json_case_init(&json);
    const enum json_outcome outcome = json_case_parse(&json, input);
    if (outcome != JSON_OK)
        check_failure(outcome, &json.failure, input);
    for (size_t i = 0; i < decoders_count && outcome == JSON_OK; i++)
        decode_twice(input, decoders[i]);
    json_case_deinit(&json);
}

void body_again(const struct buffer *encoded, body_decode *decode, const struct buffer *told)
{
    struct run run;
    run_init(&run);
    ASSERT(!encoded->failed);
    run_decode(&run, buffer_bytes(encoded), decode, UINT64_C(0x5EED));
    ASSERT(run.decoded);
    check_equal(&run.told, told);
    run_deinit(&run);
}
