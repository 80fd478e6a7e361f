/* XML from pieces of bytes, as elements, attributes and text, in bounded memory; the only user of
 * expat. A file that declares entities, nests without end or holds a tag of megabytes is refused.
 * UTF-8, UTF-16 and windows-1251. One thread. */
#ifndef SHEET_XML_READER_H
#define SHEET_XML_READER_H

#include "base/buffer.h"

struct xml_reader;

/* Names come without their prefix. Attributes are name, value, name, value, NULL. */
struct xml_events {
    void (*begin)(void *context, const char *name, const char *const *attributes);
    void (*end)(void *context, const char *name);
    void (*text)(void *context, struct bytes text); /* In pieces as they come. */
};

/* NULL: no memory. */
MUST_USE struct xml_reader *xml_reader_create(const struct xml_events *events, void *context);
void xml_reader_destroy(struct xml_reader *reader);

/* Takes the next bytes, and at the `is_last` ones the end. ERR_INVALID: xml_reader_problem() says
 * why; ERR_MEMORY. After an error nothing is fed. */
MUST_USE enum err xml_reader_feed(struct xml_reader *reader, struct bytes bytes, bool is_last);

/* To be called from an event: feed ends with ERR_INVALID and this static text. */
void xml_reader_refuse(struct xml_reader *reader, const char *problem);

const char *xml_reader_problem(const struct xml_reader *reader);

/* The line, from 1, of the event or the problem. */
uint64_t xml_reader_line(const struct xml_reader *reader);

/* The value of an attribute, whatever its prefix; NULL: there is none. */
const char *xml_attribute(const char *const *attributes, const char *name);

#endif
