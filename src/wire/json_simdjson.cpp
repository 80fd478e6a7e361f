// simdjson's DOM parser for C: no exception leaves this file, and nothing else of the library does.
#include "wire/json_simdjson.h"

#include <new>
#include <simdjson.h>

struct json_simdjson {
    simdjson::dom::parser parser;
};

json_simdjson *json_simdjson_create(void)
{
    return new (std::nothrow) json_simdjson;
}

void json_simdjson_destroy(json_simdjson *parser)
{
    delete parser;
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
    *tape = parser->parser.doc.tape.get();
    *strings = parser->parser.doc.string_buf.get();
    return outcome_of(code);
}
