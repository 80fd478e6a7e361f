/* Reading what libpq keeps of a result. */
#include "store/pg_result.h"

#include <assert.h>
#include <postgresql/libpq-fe.h>

#include "store/pg_prepared.h"

static_assert(sizeof(Oid) == sizeof(uint32_t), "types are numbers of 32 bits");

uint32_t pg_result_rows(const struct pg_result *result)
{
    return (uint32_t)PQntuples(result);
}

bool pg_result_is_null(const struct pg_result *result, uint32_t row, uint32_t column)
{
    return PQgetisnull(result, (int)row, (int)column) != 0;
}

struct bytes pg_result_bytes(const struct pg_result *result, uint32_t row, uint32_t column)
{
    if (pg_result_is_null(result, row, column))
        return (struct bytes){NULL, 0};
    return (struct bytes){(const uint8_t *)PQgetvalue(result, (int)row, (int)column),
                          (size_t)PQgetlength(result, (int)row, (int)column)};
}

int64_t pg_result_int8(const struct pg_result *result, uint32_t row, uint32_t column)
{
    const struct bytes value = pg_result_bytes(result, row, column);
    if (value.size == 0 || value.size > sizeof(uint64_t))
        return 0;
    uint64_t number = (value.data[0] & 0x80) != 0 ? UINT64_MAX : 0; /* The sign goes on. */
    for (size_t i = 0; i < value.size; i++)
        number = number << 8 | value.data[i];
    return (int64_t)number;
}

uint64_t pg_result_changed(const struct pg_result *result)
{
    /* The library wants to write into no result, it only says so. */
    struct pg_result *mutable = (struct pg_result *)(uintptr_t)result;
    int64_t changed = 0;
    const struct bytes digits = bytes_from_text(PQcmdTuples(mutable));
    return bytes_to_int64(digits, &changed) && changed > 0 ? (uint64_t)changed : 0;
}

static uint32_t type_of_letter(char letter)
{
    switch (letter) {
    case 'n':
        return PG_OID_INT8;
    case 'i':
        return PG_OID_INT4;
    case 'o':
        return PG_OID_BOOL;
    case 't':
        return PG_OID_TEXT;
    case 'b':
        return PG_OID_BYTEA;
    case 'a':
        return PG_OID_INT8_ARRAY;
    case 'x':
        return PG_OID_TEXT_ARRAY;
    default:
        return 0;
    }
}

bool pg_result_is_shaped(const struct pg_result *result, const char *columns)
{
    const size_t wanted = columns == NULL ? 0 : strlen(columns);
    if ((size_t)PQnfields(result) != wanted)
        return false;
    for (size_t i = 0; i < wanted; i++) {
        if (PQftype(result, (int)i) != type_of_letter(columns[i]) || PQfformat(result, (int)i) != 1)
            return false;
    }
    return true;
}

const char *pg_result_sqlstate(const struct pg_result *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state == NULL ? "" : state;
}

const char *pg_result_words(const struct pg_result *result)
{
    const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    return words == NULL ? PQresultErrorMessage(result) : words;
}

void pg_result_free(struct pg_result *result)
{
    PQclear(result);
}
