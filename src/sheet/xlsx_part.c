/* Piece by piece from the archive into the XML parser. */
#include "sheet/xlsx_part.h"

#include <inttypes.h>

enum { PIECE_BYTES = 16 * 1024 };

static enum err read_pieces(struct zip_part *part, struct xlsx_part_context *context,
                            struct buffer *problem)
{
    uint8_t data[PIECE_BYTES];
    size_t got = 1;
    while (got > 0) {
        enum err error = zip_part_read(part, data, sizeof(data), &got, problem);
        if (error != OK)
            return error;
        error = xml_reader_feed(context->xml, (struct bytes){data, got}, got == 0);
        if (error == ERR_INVALID)
            buffer_append_format(problem, "its part %s, line %" PRIu64 ": %s", context->name,
                                 xml_reader_line(context->xml), xml_reader_problem(context->xml));
        if (error != OK)
            return error;
    }
    return OK;
}

enum err xlsx_part_read(struct zip_file_parts *parts, struct xlsx_part_context *context,
                        struct buffer *problem)
{
    struct zip_part *part = NULL;
    enum err error = zip_part_open(parts, context->name, context->bytes_max, &part, problem);
    if (error != OK)
        return error;
    context->xml = xml_reader_create(context->events, context);
    error = context->xml == NULL ? ERR_MEMORY : read_pieces(part, context, problem);
    xml_reader_destroy(context->xml);
    context->xml = NULL;
    zip_part_close(part);
    return error;
}
