// simdjson's DOM parser for C: no exception leaves this file, and nothing else of the library does.
#include "wire/json_simdjson.h"

#include <cstring>
#include <new>
#include <simdjson.h>

struct json_simdjson {
    simdjson::dom::parser parser;
    size_t parsed_bytes = 0;
};

void json_simdjson_start(void (*no_memory)(void))
{
    const std::new_handler before = std::set_new_handler(no_memory);
    (void)simdjson::get_active_implementation()->name();
    (void)std::set_new_handler(before);
}

json_simdjson *json_simdjson_create(void)
{
    return new (std::nothrow) json_simdjson;
}

void json_simdjson_destroy(json_simdjson *parser)
{
    delete parser;
}

/* The strings of a document of n bytes take at most 5/3 n, and so much is there (the library's
 * document::allocate()). */
void json_simdjson_wipe(json_simdjson *parser)
{
    if (parser->parsed_bytes > 0 && parser->parser.doc.string_buf)
        explicit_bzero(parser->parser.doc.string_buf.get(), 5 * parser->parsed_bytes / 3);
    parser->parsed_bytes = 0;
}

static json_simdjson_outcome outcome_of(simdjson::error_code code)
{
    switch (code) {
    case simdjson::SUCCESS:
        return JSON_SIMDJSON_OK;
    case simdjson::NUMBER_ERROR:
        return JSON_SIMDJSON_NUMBER;
    case simdjson::UTF8_ERROR:
        return JSON_SIMDJSON_UTF8;
    case simdjson::MEMALLOC:
        return JSON_SIMDJSON_MEMORY;
    default:
        return JSON_SIMDJSON_OTHER;
    }
}

json_simdjson_outcome json_simdjson_parse(json_simdjson *parser, const uint8_t *data, size_t size,
                                          const uint64_t **tape, const uint8_t **strings)
{
    const simdjson::error_code code = parser->parser.parse(data, size, false).error();
    parser->parsed_bytes = code == simdjson::MEMALLOC || code == simdjson::CAPACITY ? 0 : size;
    if (code == simdjson::MEMALLOC) // What it has by now it would take for whole the next time.
        parser->parser = simdjson::dom::parser();
    *tape = parser->parser.doc.tape.get();
    *strings = parser->parser.doc.string_buf.get();
    return outcome_of(code);
}
