/* expat keeps a token until it is whole, so what it holds back is measured after each piece. What
 * it does not know it gives to the default handler: a reference to an entity that is declared
 * nowhere would otherwise vanish from a text, which may be a SKU. */
#include "sheet/xml_reader.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "sheet/encoding.h"

enum { DEPTH_MAX = 64, TOKEN_BYTES_MAX = 1 << 20, FEED_BYTES_MAX = 64 * 1024 };

struct xml_reader {
    XML_Parser parser;
    struct xml_events events;
    void *context;
    uint64_t fed_bytes;
    bool has_doctype; /* Of which expat believes that it may declare anything. */
    int depth;
    const char *problem;
};

void xml_reader_refuse(struct xml_reader *reader, const char *problem)
{
    if (reader->problem == NULL)
        reader->problem = problem;
    (void)XML_StopParser(reader->parser, XML_FALSE);
}

static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon == NULL ? name : colon + 1;
}

const char *xml_attribute(const char *const *attributes, const char *name)
{
    for (; *attributes != NULL; attributes += 2) {
        if (strcmp(local_name(attributes[0]), name) == 0)
            return attributes[1];
    }
    return NULL;
}

/* Whether a reference begins so that needs no declaration. */
static bool is_known_reference(struct bytes text)
{
    return bytes_starts_with(text, BYTES("#")) || bytes_starts_with(text, BYTES("lt;")) ||
           bytes_starts_with(text, BYTES("gt;")) || bytes_starts_with(text, BYTES("amp;")) ||
           bytes_starts_with(text, BYTES("apos;")) || bytes_starts_with(text, BYTES("quot;"));
}

/* Whether the tag that is being told refers to an entity that is declared nowhere: expat leaves it
 * out of an attribute without a word. Of UTF-16 the zeros are passed over. */
static bool tag_has_unknown_entity(struct xml_reader *reader)
{
    enum { REFERENCE_BYTES = 6 };
    int offset = 0;
    int size = 0;
    const char *buffer = XML_GetInputContext(reader->parser, &offset, &size);
    const int count = XML_GetCurrentByteCount(reader->parser);
    if (buffer == NULL || count <= 0 || count > size - offset)
        return false;
    const char *tag = buffer + offset;
    for (int i = 0; i < count; i++) {
        if (tag[i] != '&')
            continue;
        uint8_t word[REFERENCE_BYTES];
        size_t used = 0;
        for (int k = i + 1; k < count && used < sizeof(word); k++) {
            if (tag[k] != '\0')
                word[used++] = (uint8_t)tag[k];
        }
        if (!is_known_reference((struct bytes){word, used}))
            return true;
    }
    return false;
}

static void on_doctype(void *data, const char *name, const char *system, const char *public,
                       int has_internal_subset)
{
    struct xml_reader *reader = data;
    (void)name;
    (void)system;
    (void)public;
    (void)has_internal_subset;
    reader->has_doctype = true;
}

static void on_begin(void *data, const char *name, const char **attributes)
{
    struct xml_reader *reader = data;
    if (reader->problem != NULL)
        return;
    if (++reader->depth > DEPTH_MAX) {
        xml_reader_refuse(reader, "its elements are nested too deep");
        return;
    }
    if (reader->has_doctype && tag_has_unknown_entity(reader)) {
        xml_reader_refuse(reader, "it refers to an entity that is declared nowhere");
        return;
    }
    reader->events.begin(reader->context, local_name(name), (const char *const *)attributes);
}

static void on_end(void *data, const char *name)
{
    struct xml_reader *reader = data;
    if (reader->problem != NULL)
        return;
    reader->depth--;
    reader->events.end(reader->context, local_name(name));
}

static void on_text(void *data, const char *text, int size)
{
    struct xml_reader *reader = data;
    if (reader->problem == NULL)
        reader->events.text(reader->context, (struct bytes){(const uint8_t *)text, (size_t)size});
}

/* NOLINTBEGIN(readability-function-size) */
/* tidy: allow function-parameters, they are expat's */
static void on_entity(void *data, const char *name, int is_parameter, const char *value, int size,
                      const char *base, const char *system, const char *public,
                      const char *notation)
{
    (void)name;
    (void)is_parameter;
    (void)value;
    (void)size;
    (void)base;
    (void)system;
    (void)public;
    (void)notation;
    xml_reader_refuse(data, "it declares entities of its own, which are not read");
}
/* NOLINTEND(readability-function-size) */

static void on_other(void *data, const char *text, int size)
{
    if (size > 0 && text[0] == '&')
        xml_reader_refuse(data, "it refers to an entity that is declared nowhere");
}

/* expat: what the bytes of an encoding stand for that it does not know. */
static int on_encoding(void *data, const char *name, XML_Encoding *encoding)
{
    static const char *const names[] = {"windows-1251", "cp1251", "cp-1251", "win-1251"};
    bool known = false;
    (void)data;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        known = known || strcasecmp(name, names[i]) == 0;
    if (!known)
        return XML_STATUS_ERROR;
    for (int i = 0; i < 256; i++) {
        const int upper = i < 128 ? i : windows_1251[i - 128];
        encoding->map[i] = upper == 0 && i > 0 ? -1 : upper;
    }
    encoding->data = NULL;
    encoding->convert = NULL;
    encoding->release = NULL;
    return XML_STATUS_OK;
}

struct xml_reader *xml_reader_create(const struct xml_events *events, void *context)
{
    struct xml_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return NULL;
    reader->events = *events;
    reader->context = context;
    reader->parser = XML_ParserCreate(NULL);
    if (reader->parser == NULL) {
        free(reader);
        return NULL;
    }
    XML_SetUserData(reader->parser, reader);
    XML_SetElementHandler(reader->parser, on_begin, on_end);
    XML_SetCharacterDataHandler(reader->parser, on_text);
    XML_SetStartDoctypeDeclHandler(reader->parser, on_doctype);
    XML_SetEntityDeclHandler(reader->parser, on_entity);
    XML_SetDefaultHandlerExpand(reader->parser, on_other);
    XML_SetUnknownEncodingHandler(reader->parser, on_encoding, NULL);
    return reader;
}

void xml_reader_destroy(struct xml_reader *reader)
{
    if (reader == NULL)
        return;
    XML_ParserFree(reader->parser);
    free(reader);
}

static enum err failed(struct xml_reader *reader)
{
    const enum XML_Error code = XML_GetErrorCode(reader->parser);
    if (code == XML_ERROR_NO_MEMORY)
        return ERR_MEMORY;
    if (reader->problem == NULL && code == XML_ERROR_UNKNOWN_ENCODING)
        reader->problem = "its encoding is neither UTF-8 nor windows-1251";
    else if (reader->problem == NULL)
        reader->problem = XML_ErrorString(code);
    return ERR_INVALID;
}

enum err xml_reader_feed(struct xml_reader *reader, struct bytes bytes, bool is_last)
{
    ASSERT(reader->problem == NULL);
    do {
        const size_t size = bytes.size < FEED_BYTES_MAX ? bytes.size : FEED_BYTES_MAX;
        const bool ends = is_last && size == bytes.size;
        const char *data = size == 0 ? "" : (const char *)bytes.data;
        if (XML_Parse(reader->parser, data, (int)size, ends) != XML_STATUS_OK)
            return failed(reader);
        reader->fed_bytes += size;
        bytes = (struct bytes){bytes.data + size, bytes.size - size};
        const XML_Index at = XML_GetCurrentByteIndex(reader->parser);
        if (at >= 0 && reader->fed_bytes - (uint64_t)at > TOKEN_BYTES_MAX) {
            reader->problem = "it holds a tag or a comment of more than a megabyte";
            return ERR_INVALID;
        }
    } while (bytes.size > 0);
    return OK;
}

const char *xml_reader_problem(const struct xml_reader *reader)
{
    ASSERT(reader->problem != NULL);
    return reader->problem;
}

uint64_t xml_reader_line(const struct xml_reader *reader)
{
    return XML_GetCurrentLineNumber(reader->parser);
}
