/* Parts name each other in files of relations: the archive's own leads to the workbook, the
 * workbook's to sheets, shared texts and styles. */
#include "sheet/xlsx_book.h"

#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "sheet/xlsx_part.h"
#include "sheet/xlsx_styles.h"

enum {
    BOOK_PART_BYTES_MAX = 16 << 20,
    RELATIONS_MAX = 4096,
    NAME_SHOWN_BYTES_MAX = 100,
    NAMES_SHOWN_BYTES_MAX = 400,
};

void xlsx_book_init(struct xlsx_book *book)
{
    memset(book, 0, sizeof(*book));
}

void xlsx_book_deinit(struct xlsx_book *book)
{
    buffer_deinit(&book->sheet_name);
    buffer_deinit(&book->sheet_part);
    buffer_deinit(&book->strings_part);
    buffer_deinit(&book->styles);
}

uint8_t xlsx_book_style(const struct xlsx_book *book, uint64_t format)
{
    return format < book->styles.size ? book->styles.data[format] : XLSX_STYLE_PLAIN;
}

/* --- relations -------------------------------------------------------------------------------- */

/* Relations of a part: id, type and target of each, with a NUL behind each. */
struct relations {
    struct xlsx_part_context context;
    struct buffer texts;
    uint32_t count;
};

static void append_with_nul(struct buffer *text, const char *value)
{
    buffer_append_text(text, value == NULL ? "" : value);
    buffer_append_u8(text, '\0');
}

static void on_relation(void *context, const char *name, const char *const *attributes)
{
    struct relations *relations = context;
    if (strcmp(name, "Relationship") != 0)
        return;
    if (++relations->count > RELATIONS_MAX) {
        xml_reader_refuse(relations->context.xml, "there are more than 4096 parts");
        return;
    }
    append_with_nul(&relations->texts, xml_attribute(attributes, "Id"));
    append_with_nul(&relations->texts, xml_attribute(attributes, "Type"));
    append_with_nul(&relations->texts, xml_attribute(attributes, "Target"));
}

static void on_any_end(void *context, const char *name)
{
    (void)context;
    (void)name;
}

static void on_any_text(void *context, struct bytes text)
{
    (void)context;
    (void)text;
}

/* A text of the relations, and the step to the one behind it. */
static struct bytes relation_text(struct bytes *rest)
{
    struct bytes text;
    *rest = bytes_split(*rest, '\0', &text);
    return text;
}

/* Whether a type, which is a URL, ends in `/kind`. */
static bool type_is(struct bytes type, const char *kind)
{
    const size_t size = strlen(kind);
    return type.size > size && type.data[type.size - size - 1] == '/' &&
           memcmp(type.data + type.size - size, kind, size) == 0;
}

/* The target of the relation with that id, or the first of that kind; `id` or `kind` is NULL. */
static struct bytes relation_find(const struct relations *relations, struct bytes id,
                                  const char *kind)
{
    struct bytes rest = buffer_bytes(&relations->texts);
    while (rest.size > 0) {
        const struct bytes own_id = relation_text(&rest);
        const struct bytes type = relation_text(&rest);
        const struct bytes target = relation_text(&rest);
        if (kind != NULL ? type_is(type, kind) : bytes_equal(own_id, id))
            return target;
    }
    return (struct bytes){NULL, 0};
}

/* Whether the relation with that id leads to a sheet of cells, not to one of a chart. */
static bool relation_is_worksheet(const struct relations *relations, struct bytes id)
{
    struct bytes rest = buffer_bytes(&relations->texts);
    while (rest.size > 0) {
        const struct bytes own_id = relation_text(&rest);
        const struct bytes type = relation_text(&rest);
        (void)relation_text(&rest);
        if (bytes_equal(own_id, id))
            return type_is(type, "worksheet");
    }
    return false;
}

/* The length of the folder of a part's name, with its slash. */
static size_t folder_bytes(struct bytes name)
{
    size_t size = name.size;
    while (size > 0 && name.data[size - 1] != '/')
        size--;
    return size;
}

/* Writes the name of the part that a target of `from` is: relative to its folder, or not. */
static void target_resolve(struct bytes from, struct bytes target, struct buffer *name)
{
    buffer_clear(name);
    if (target.size > 0 && target.data[0] == '/') {
        buffer_append(name, (struct bytes){target.data + 1, target.size - 1});
    } else {
        size_t folder = folder_bytes(from);
        while (bytes_starts_with(target, BYTES("../"))) {
            target = (struct bytes){target.data + 3, target.size - 3};
            folder = folder == 0 ? 0 : folder_bytes((struct bytes){from.data, folder - 1});
        }
        buffer_append(name, (struct bytes){from.data, folder});
        buffer_append(name, target);
    }
}

static enum err relations_read(struct relations *relations, struct zip_file_parts *parts,
                               const char *name, struct buffer *problem)
{
    static const struct xml_events events = {on_relation, on_any_end, on_any_text};
    relations->context = (struct xlsx_part_context){
        .name = name, .bytes_max = BOOK_PART_BYTES_MAX, .events = &events};
    const enum err error = xlsx_part_read(parts, &relations->context, problem);
    return relations->texts.failed ? ERR_MEMORY : error;
}

/* --- the workbook ----------------------------------------------------------------------------- */

struct workbook {
    struct xlsx_part_context context;
    const struct relations *relations;
    const char *wanted; /* NULL: the first that is not hidden. */
    struct xlsx_book *book;
    struct buffer id;    /* Of the relation to the chosen sheet. */
    struct buffer names; /* Of all sheets, for people. */
    bool found;
};

static void names_add(struct buffer *names, const char *name)
{
    if (names->size > NAMES_SHOWN_BYTES_MAX)
        return;
    buffer_append_text(names, names->size > 0 ? ", '" : "'");
    printable_append(names, bytes_from_text(name), NAME_SHOWN_BYTES_MAX);
    buffer_append_u8(names, '\'');
}

static void on_sheet(struct workbook *workbook, const char *const *attributes)
{
    const char *name = xml_attribute(attributes, "name");
    const char *state = xml_attribute(attributes, "state");
    const char *id = xml_attribute(attributes, "id");
    const struct bytes id_bytes = bytes_from_text(id);
    if (name == NULL || id == NULL || !relation_is_worksheet(workbook->relations, id_bytes))
        return;
    names_add(&workbook->names, name);
    const bool hidden = state != NULL && strcmp(state, "visible") != 0;
    const bool wanted =
        workbook->wanted == NULL
            ? !hidden
            : bytes_equal_ignoring_case(bytes_from_text(workbook->wanted), bytes_from_text(name));
    if (!wanted || workbook->found)
        return;
    workbook->found = true;
    buffer_append(&workbook->id, id_bytes);
    printable_append(&workbook->book->sheet_name, bytes_from_text(name), NAME_SHOWN_BYTES_MAX);
}

static void on_book_begin(void *context, const char *name, const char *const *attributes)
{
    struct workbook *workbook = context;
    if (strcmp(name, "sheet") == 0) {
        on_sheet(workbook, attributes);
    } else if (strcmp(name, "workbookPr") == 0) {
        const char *value = xml_attribute(attributes, "date1904");
        workbook->book->since_1904 =
            value != NULL && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
    }
}

/* Chooses the sheet. ERR_INVALID: there is none such. */
static enum err sheet_choose(struct workbook *workbook, struct zip_file_parts *parts,
                             struct bytes book_part, struct buffer *problem)
{
    enum err error = xlsx_part_read(parts, &workbook->context, problem);
    if (error != OK)
        return error;
    const struct bytes target =
        relation_find(workbook->relations, buffer_bytes(&workbook->id), NULL);
    if (workbook->found && target.size > 0) {
        target_resolve(book_part, target, &workbook->book->sheet_part);
        return OK;
    }
    if (workbook->wanted == NULL || workbook->names.size == 0) {
        buffer_append_text(problem, "it has no sheet of cells that is not hidden");
        return ERR_INVALID;
    }
    buffer_append_text(problem, "it has no sheet '");
    printable_append(problem, bytes_from_text(workbook->wanted), NAME_SHOWN_BYTES_MAX);
    buffer_append_format(problem, "', but %s", buffer_text(&workbook->names));
    return ERR_INVALID;
}

/* Reads what the workbook leads to besides the sheet. */
static enum err rest_read(struct xlsx_book *book, struct zip_file_parts *parts,
                          const struct relations *relations, struct bytes book_part,
                          struct buffer *problem)
{
    const struct bytes strings = relation_find(relations, BYTES(""), "sharedStrings");
    if (strings.size > 0)
        target_resolve(book_part, strings, &book->strings_part);
    const struct bytes styles = relation_find(relations, BYTES(""), "styles");
    if (styles.size == 0)
        return OK;
    struct buffer name;
    buffer_init(&name);
    target_resolve(book_part, styles, &name);
    const enum err error = xlsx_styles_read(&book->styles, parts, buffer_text(&name), problem);
    buffer_deinit(&name);
    return error == ERR_NOT_FOUND ? OK : error;
}

static enum err book_read(struct xlsx_book *book, struct zip_file_parts *parts,
                          struct buffer *book_part, const char *sheet, struct buffer *problem)
{
    static const struct xml_events events = {on_book_begin, on_any_end, on_any_text};
    struct relations relations = {.count = 0};
    struct buffer name;
    buffer_init(&name);
    const size_t folder = folder_bytes(buffer_bytes(book_part));
    buffer_append(&name, (struct bytes){book_part->data, folder});
    buffer_append_format(&name, "_rels/%s.rels", buffer_text(book_part) + folder);
    struct workbook workbook = {
        .context = {.name = buffer_text(book_part),
                    .bytes_max = BOOK_PART_BYTES_MAX,
                    .events = &events},
        .relations = &relations,
        .wanted = sheet,
        .book = book,
    };
    enum err error = relations_read(&relations, parts, buffer_text(&name), problem);
    if (error == OK)
        error = sheet_choose(&workbook, parts, buffer_bytes(book_part), problem);
    if (error == OK)
        error = rest_read(book, parts, &relations, buffer_bytes(book_part), problem);
    if (name.failed || workbook.id.failed || workbook.names.failed)
        error = ERR_MEMORY;
    buffer_deinit(&name);
    buffer_deinit(&workbook.id);
    buffer_deinit(&workbook.names);
    buffer_deinit(&relations.texts);
    return error;
}

/* What else a zip archive may be that people take for an XLSX. */
static void problem_other_archive(struct zip_file_parts *parts, struct buffer *problem)
{
    if (zip_parts_have(parts, "xl/workbook.bin"))
        buffer_append_text(problem, "it is an XLSB; save it as XLSX");
    else if (zip_parts_have(parts, "content.xml"))
        buffer_append_text(problem, "it is an OpenDocument; save it as XLSX");
    else if (zip_parts_have(parts, "word/document.xml"))
        buffer_append_text(problem, "it is a text document, not a spreadsheet");
    else
        buffer_append_text(problem, "it is a zip archive, not an XLSX; unpack it first");
}

enum err xlsx_book_read(struct xlsx_book *book, struct zip_file_parts *parts, const char *sheet,
                        struct buffer *problem)
{
    struct relations relations = {.count = 0};
    struct buffer book_part;
    buffer_init(&book_part);
    enum err error = relations_read(&relations, parts, "_rels/.rels", problem);
    if (error == OK) {
        const struct bytes target = relation_find(&relations, BYTES(""), "officeDocument");
        target_resolve(BYTES(""), target, &book_part);
        if (!zip_parts_have(parts, buffer_text(&book_part)) ||
            zip_parts_have(parts, "xl/workbook.bin"))
            error = ERR_NOT_FOUND;
    }
    if (error == OK)
        error = book_read(book, parts, &book_part, sheet, problem);
    if (error == ERR_NOT_FOUND) {
        problem_other_archive(parts, problem);
        error = ERR_INVALID;
    }
    (void)buffer_text(&book->sheet_name); /* Ends it with a NUL, for xlsx_reader_sheet(). */
    if (book_part.failed || book->sheet_part.failed || book->sheet_name.failed ||
        book->strings_part.failed)
        error = ERR_MEMORY;
    buffer_deinit(&relations.texts);
    buffer_deinit(&book_part);
    return error;
}
