/* The sheet goes to a temporary file first: an archive whose parts tell their size beforehand needs
 * none of the extensions that some programs do not read. */
#include "sheet/xlsx_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zip.h>

#include "sheet/spool.h"

enum {
    WRITE_BYTES = 256 * 1024,
    LEVEL = 1,              /* The fastest: somebody waits. */
    ESCAPE_BYTES = 7,       /* _x0041_ */
    MADE_AT_S = 1767225600, /* 2026-01-01: the same rows are the same file. */
};

#define XML       "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define MAIN      "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define OFFICE    "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE   "http://schemas.openxmlformats.org/package/2006"
#define TYPE_BASE "application/vnd.openxmlformats-officedocument.spreadsheetml."

struct part {
    const char *name;
    const char *text;
};

/* Those that are always the same. Formats of cells: none, text, a header. */
static const struct part parts[] = {
    {"[Content_Types].xml", XML
     "<Types xmlns=\"" PACKAGE "/content-types\">"
     "<Default Extension=\"rels\" "
     "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
     "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
     "<Override PartName=\"/xl/workbook.xml\" ContentType=\"" TYPE_BASE "sheet.main+xml\"/>"
     "<Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"" TYPE_BASE "worksheet+xml\"/>"
     "<Override PartName=\"/xl/styles.xml\" ContentType=\"" TYPE_BASE "styles+xml\"/>"
     "</Types>"},
    {"_rels/.rels", XML "<Relationships xmlns=\"" PACKAGE "/relationships\">"
                        "<Relationship Id=\"rId1\" Type=\"" OFFICE
                        "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"},
    {"xl/_rels/workbook.xml.rels", XML
     "<Relationships xmlns=\"" PACKAGE "/relationships\">"
     "<Relationship Id=\"rId1\" Type=\"" OFFICE "/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
     "<Relationship Id=\"rId2\" Type=\"" OFFICE "/styles\" Target=\"styles.xml\"/>"
     "</Relationships>"},
    {"xl/styles.xml",
     XML "<styleSheet xmlns=\"" MAIN "\">"
         "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>"
         "<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
         "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>"
         "<fill><patternFill patternType=\"gray125\"/></fill></fills>"
         "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
         "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/>"
         "</cellStyleXfs><cellXfs count=\"3\">"
         "<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
         "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
         "applyNumberFormat=\"1\"/>"
         "<xf numFmtId=\"49\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
         "applyNumberFormat=\"1\" applyFont=\"1\"/></cellXfs>"
         "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/>"
         "</cellStyles></styleSheet>"},
};

static const char sheet_begin[] =
    XML "<worksheet xmlns=\"" MAIN "\"><sheetViews><sheetView workbookViewId=\"0\">"
        "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>"
        "</sheetView></sheetViews><cols>"
        "<col min=\"1\" max=\"1\" width=\"36\" style=\"1\" customWidth=\"1\"/>"
        "<col min=\"2\" max=\"2\" width=\"14\" customWidth=\"1\"/></cols><sheetData>";
static const char sheet_end[] = "</sheetData></worksheet>";

struct xlsx_writer {
    struct buffer book;
    struct buffer text; /* Of the sheet, not written yet. */
    int fd;
    uint64_t bytes;
    int64_t rows; /* With the header. */
};

static bool is_hex(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f');
}

/* U+FFFE and U+FFFF, which XML does not take. */
static bool is_no_letter(struct bytes text, size_t at)
{
    return text.size - at >= 3 && text.data[at] == 0xEF && text.data[at + 1] == 0xBF &&
           text.data[at + 2] >= 0xBE;
}

/* Whether a spreadsheet would take what stands there for the escape of a letter. The line that
 * ends it may be the first letter of an escape of ours. */
static bool looks_escaped(struct bytes text, size_t at)
{
    const size_t end = at + ESCAPE_BYTES - 1;
    if (text.size - at < ESCAPE_BYTES || text.data[at] != '_' || text.data[at + 1] != 'x' ||
        (text.data[end] != '_' && !is_no_letter(text, end)))
        return false;
    for (size_t i = 2; i < ESCAPE_BYTES - 1; i++) {
        if (!is_hex(text.data[at + i]))
            return false;
    }
    return true;
}

static void append_text(struct buffer *buffer, struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t byte = text.data[i];
        if (byte == '&') {
            buffer_append_text(buffer, "&amp;");
        } else if (byte == '<') {
            buffer_append_text(buffer, "&lt;");
        } else if (byte == '>') {
            buffer_append_text(buffer, "&gt;");
        } else if (looks_escaped(text, i)) {
            buffer_append_text(buffer, "_x005F_");
        } else if (is_no_letter(text, i)) {
            buffer_append_text(buffer, text.data[i + 2] == 0xBE ? "_xFFFE_" : "_xFFFF_");
            i += 2;
        } else {
            buffer_append_u8(buffer, byte);
        }
    }
}

static void append_cell(struct xlsx_writer *writer, char column, int style, struct bytes text)
{
    buffer_append_format(&writer->text,
                         "<c r=\"%c%lld\" s=\"%d\" t=\"inlineStr\"><is><t xml:space=\"preserve\">",
                         column, (long long)writer->rows, style);
    append_text(&writer->text, text);
    buffer_append_text(&writer->text, "</t></is></c>");
}

static enum err text_flush(struct xlsx_writer *writer, struct buffer *problem)
{
    if (writer->text.failed)
        return ERR_MEMORY;
    const enum err error =
        spool_write(writer->fd, buffer_bytes(&writer->text), &writer->bytes, problem);
    buffer_clear(&writer->text);
    return error;
}

static void row_begin(struct xlsx_writer *writer)
{
    writer->rows++;
    buffer_append_format(&writer->text, "<row r=\"%lld\">", (long long)writer->rows);
}

enum err xlsx_writer_open(const struct xlsx_writer_settings *settings, struct xlsx_writer **writer,
                          struct buffer *problem)
{
    struct xlsx_writer *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return ERR_MEMORY;
    made->fd = -1;
    buffer_init(&made->book);
    buffer_init(&made->text);
    const enum err error = spool_open(settings->folder, &made->fd, problem);
    if (error != OK) {
        xlsx_writer_close(made);
        return error;
    }
    buffer_append_text(&made->book, XML "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" OFFICE
                                        "\"><sheets><sheet name=\"");
    append_text(&made->book, bytes_from_text(settings->sheet));
    buffer_append_text(&made->book, "\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>");
    buffer_append_text(&made->text, sheet_begin);
    row_begin(made);
    append_cell(made, 'A', 2, bytes_from_text(settings->columns[0]));
    append_cell(made, 'B', 2, bytes_from_text(settings->columns[1]));
    buffer_append_text(&made->text, "</row>");
    *writer = made;
    return OK;
}

void xlsx_writer_close(struct xlsx_writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->fd >= 0)
        (void)close(writer->fd);
    buffer_deinit(&writer->book);
    buffer_deinit(&writer->text);
    free(writer);
}

enum err xlsx_writer_add(struct xlsx_writer *writer, struct bytes sku, int64_t count,
                         struct buffer *problem)
{
    row_begin(writer);
    append_cell(writer, 'A', 1, sku);
    if (count != XLSX_NO_COUNT)
        buffer_append_format(&writer->text, "<c r=\"B%lld\"><v>%lld</v></c>",
                             (long long)writer->rows, (long long)count);
    buffer_append_text(&writer->text, "</row>");
    return writer->text.size < WRITE_BYTES ? OK : text_flush(writer, problem);
}

/* Adds a part. Frees the source where it cannot. */
static bool part_add(zip_t *zip, const char *name, zip_source_t *source)
{
    if (source == NULL)
        return false;
    const zip_int64_t index = zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        zip_source_free(source);
        return false;
    }
    return zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_DEFLATE, LEVEL) == 0 &&
           zip_file_set_mtime(zip, (zip_uint64_t)index, MADE_AT_S, 0) == 0;
}

/* The sheet, of which the archive gets a stream of its own, at its beginning. */
static zip_source_t *sheet_source(struct xlsx_writer *writer, zip_t *zip)
{
    const int own = dup(writer->fd);
    const bool at_start = own >= 0 && lseek(own, 0, SEEK_SET) == 0;
    FILE *file = at_start ? fdopen(own, "rb") : NULL;
    if (file == NULL) {
        if (own >= 0)
            (void)close(own);
        return NULL;
    }
    zip_source_t *source = zip_source_filep(zip, file, 0, (zip_int64_t)writer->bytes);
    if (source == NULL)
        (void)fclose(file);
    return source;
}

static bool parts_add(struct xlsx_writer *writer, zip_t *zip)
{
    bool added = true;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && added; i++) {
        const struct bytes text = bytes_from_text(parts[i].text);
        added = part_add(zip, parts[i].name, zip_source_buffer(zip, text.data, text.size, 0));
    }
    const struct bytes book = buffer_bytes(&writer->book);
    return added &&
           part_add(zip, "xl/workbook.xml", zip_source_buffer(zip, book.data, book.size, 0)) &&
           part_add(zip, "xl/worksheets/sheet1.xml", sheet_source(writer, zip));
}

/* Appends what the archive became. */
static bool archive_append(zip_source_t *archive, struct buffer *file)
{
    zip_stat_t status;
    if (zip_source_stat(archive, &status) != 0 || (status.valid & ZIP_STAT_SIZE) == 0 ||
        zip_source_open(archive) != 0)
        return false;
    uint8_t *room = buffer_room(file, status.size);
    bool read = room != NULL;
    for (uint64_t done = 0; read && done < status.size;) {
        const zip_int64_t count = zip_source_read(archive, room + done, status.size - done);
        read = count > 0;
        done += read ? (uint64_t)count : 0;
    }
    if (read)
        buffer_end_at(file, room + status.size);
    (void)zip_source_close(archive);
    return read;
}

/* Makes the archive in memory. False: no memory, or the temporary file cannot be read. */
static bool archive_make(struct xlsx_writer *writer, struct buffer *file)
{
    zip_source_t *archive = zip_source_buffer_create(NULL, 0, 0, NULL);
    if (archive == NULL)
        return false;
    zip_source_keep(archive); /* Beyond zip_close(). */
    zip_t *zip = zip_open_from_source(archive, ZIP_TRUNCATE, NULL);
    bool made = zip != NULL;
    if (!made)
        zip_source_free(archive);
    if (made && (!parts_add(writer, zip) || zip_close(zip) != 0)) {
        zip_discard(zip);
        made = false;
    }
    made = made && archive_append(archive, file);
    zip_source_free(archive);
    return made;
}

enum err xlsx_writer_finish(struct xlsx_writer *writer, struct buffer *file, struct buffer *problem)
{
    buffer_append_text(&writer->text, sheet_end);
    const enum err error = text_flush(writer, problem);
    if (error != OK)
        return error;
    return !writer->book.failed && archive_make(writer, file) ? OK : ERR_MEMORY;
}
