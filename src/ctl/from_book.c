/* The moment of a number is that of its movement, so telling it again changes nothing. */
#include "ctl/from_book.h"

#include "base/date.h"
#include "book/movements.h"
#include "ctl/book_place.h"
#include "sheet/csv_writer.h"

static enum err balance_write(void *context, const struct movement *last)
{
    struct buffer *csv = context;
    char moment[DATE_ISO8601_BYTES_MAX];
    const size_t size = date_format_iso8601(last->recorded_ms, moment);
    csv_append_field(csv, last->sku);
    buffer_append_u8(csv, ';');
    buffer_append_int64(csv, last->balance > 0 ? last->balance : 0);
    buffer_append_u8(csv, ';');
    buffer_append(csv, (struct bytes){(const uint8_t *)moment, size});
    buffer_append_u8(csv, '\n');
    return csv->failed ? ERR_MEMORY : OK;
}

bool from_book_read(const struct options *options, struct buffer *csv, struct buffer *problem)
{
    struct book *book = NULL;
    if (!book_place_is_kept(options)) {
        buffer_append_text(problem, "--from-book needs a book");
        return false;
    }
    if (!book_place_open(options, &book))
        return false;
    buffer_append_text(csv, "sku;count;updatedAt\n");
    const size_t size = csv->size;
    const enum err error = movements_balances(book, balance_write, csv);
    if (error != OK && error != ERR_MEMORY)
        buffer_append_text(problem, book_problem(book));
    else if (error == OK && csv->size == size)
        buffer_append_text(problem, "no movement was written down in the book yet (move receive)");
    book_close(book);
    return error == OK && csv->size > size;
}
