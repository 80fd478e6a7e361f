/* The seam to the JSON library: the one C++ file of the project stands behind it. For json.c only.
 */
#ifndef WIRE_JSON_SIMDJSON_H
#define WIRE_JSON_SIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct json_simdjson;

enum json_simdjson_outcome {
    JSON_SIMDJSON_OK,
    JSON_SIMDJSON_NUMBER, /* A number that is malformed or out of range. */
    JSON_SIMDJSON_UTF8,
    JSON_SIMDJSON_MEMORY,
    JSON_SIMDJSON_OTHER,
};

/* See json_start(). */
void json_simdjson_start(void (*no_memory)(void));

/* NULL: no memory. */
struct json_simdjson *json_simdjson_create(void);
void json_simdjson_destroy(struct json_simdjson *parser);

/* Overwrites the strings of the last document, which ends. */
void json_simdjson_wipe(struct json_simdjson *parser);

/* Parses `size` bytes that have JSON_PADDING_BYTES readable bytes behind them. Gives the tape and
 * the strings it points into, both valid until the next parse. */
enum json_simdjson_outcome json_simdjson_parse(struct json_simdjson *parser, const uint8_t *data,
                                               size_t size, const uint64_t **tape,
                                               const uint8_t **strings);

#ifdef __cplusplus
}
#endif

#endif
