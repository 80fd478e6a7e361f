/* libzip reads the whole directory of an archive into memory, so its size is looked at before: the
 * record at the end of the file says how many parts there are. A part is read as far as it may be
 * large, whatever it says of itself. */
#include "sheet/zip_file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

enum {
    PARTS_MAX = 10000,
    END_BYTES = 22,        /* The end record, with an empty comment. */
    END_PARTS_OFFSET = 10, /* Where it says how many parts there are, in two bytes. */
    TAIL_BYTES = END_BYTES + 65535,
};

struct zip_file_parts {
    zip_t *zip;
};

struct zip_part {
    zip_file_t *file;
    uint64_t bytes;
    uint64_t done_bytes;
    uint64_t bytes_max;
};

/* Whether any end record among the last bytes claims more parts than may be. */
static bool tail_claims_too_much(struct bytes tail)
{
    for (size_t i = 0; i + END_BYTES <= tail.size; i++) {
        if (tail.data[i] != 'P' || memcmp(tail.data + i, "PK\5\6", 4) != 0)
            continue;
        const uint8_t *parts = tail.data + i + END_PARTS_OFFSET;
        if ((parts[0] | parts[1] << 8) > PARTS_MAX)
            return true;
    }
    return false;
}

/* The same of a file. ERR_FULL: it does; ERR_IO, ERR_MEMORY: nobody could look. */
static enum err tail_check(int fd)
{
    uint8_t *tail = malloc(TAIL_BYTES);
    if (tail == NULL)
        return ERR_MEMORY;
    const off_t end = lseek(fd, 0, SEEK_END);
    const off_t start = end > TAIL_BYTES ? end - TAIL_BYTES : 0;
    const ssize_t size = end < 0 ? -1 : pread(fd, tail, TAIL_BYTES, start);
    enum err error = size < 0 ? ERR_IO : OK;
    if (size > 0 && tail_claims_too_much((struct bytes){tail, (size_t)size}))
        error = ERR_FULL;
    free(tail);
    return error;
}

static zip_t *open_fd(int fd, int *code)
{
    const int own = dup(fd);
    if (own < 0) {
        *code = ZIP_ER_OPEN;
        return NULL;
    }
    zip_t *zip = zip_fdopen(own, 0, code);
    if (zip == NULL)
        (void)close(own);
    return zip;
}

static zip_t *open_memory(struct bytes memory, int *code)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(memory.data, memory.size, 0, &error);
    zip_t *zip = source == NULL ? NULL : zip_open_from_source(source, ZIP_RDONLY, &error);
    if (zip == NULL && source != NULL)
        zip_source_free(source);
    *code = zip_error_code_zip(&error);
    zip_error_fini(&error);
    return zip;
}

enum err zip_parts_open(int fd, struct bytes memory, struct zip_file_parts **parts,
                        struct buffer *problem)
{
    enum err error = OK;
    if (fd >= 0)
        error = tail_check(fd);
    else if (tail_claims_too_much(memory))
        error = ERR_FULL;
    if (error == ERR_MEMORY)
        return error;
    if (error != OK) {
        buffer_append_format(problem, "it cannot be read: %s",
                             error == ERR_FULL ? "the archive has more than 10000 parts"
                                               : "it is no plain file");
        return ERR_INVALID;
    }
    struct zip_file_parts *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return ERR_MEMORY;
    int code = 0;
    made->zip = fd >= 0 ? open_fd(fd, &code) : open_memory(memory, &code);
    if (made->zip != NULL) {
        *parts = made;
        return OK;
    }
    free(made);
    if (code == ZIP_ER_MEMORY)
        return ERR_MEMORY;
    buffer_append_text(problem, "it begins as a zip archive, and is damaged or cut");
    return ERR_INVALID;
}

void zip_parts_close(struct zip_file_parts *parts)
{
    if (parts == NULL)
        return;
    zip_discard(parts->zip);
    free(parts);
}

bool zip_parts_have(struct zip_file_parts *parts, const char *name)
{
    return zip_name_locate(parts->zip, name, ZIP_FL_NOCASE) >= 0;
}

static enum err part_refused(struct zip_file_parts *parts, const char *name, struct buffer *problem)
{
    const int code = zip_error_code_zip(zip_get_error(parts->zip));
    if (code == ZIP_ER_MEMORY)
        return ERR_MEMORY;
    const char *why = "is damaged";
    if (code == ZIP_ER_NOPASSWD || code == ZIP_ER_ENCRNOTSUPP)
        why = "has a password";
    else if (code == ZIP_ER_COMPNOTSUPP)
        why = "is compressed in a way that is not known";
    buffer_append_format(problem, "its part %s %s", name, why);
    return ERR_INVALID;
}

enum err zip_part_open(struct zip_file_parts *parts, const char *name, uint64_t bytes_max,
                       struct zip_part **part, struct buffer *problem)
{
    const zip_int64_t index = zip_name_locate(parts->zip, name, ZIP_FL_NOCASE);
    if (index < 0)
        return ERR_NOT_FOUND;
    zip_stat_t status;
    if (zip_stat_index(parts->zip, (zip_uint64_t)index, 0, &status) != 0)
        return part_refused(parts, name, problem);
    if ((status.valid & ZIP_STAT_SIZE) != 0 && status.size > bytes_max) {
        buffer_append_format(problem, "its part %s is larger than %llu MB when unpacked", name,
                             (unsigned long long)(bytes_max >> 20));
        return ERR_FULL;
    }
    struct zip_part *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return ERR_MEMORY;
    made->file = zip_fopen_index(parts->zip, (zip_uint64_t)index, 0);
    if (made->file == NULL) {
        free(made);
        return part_refused(parts, name, problem);
    }
    made->bytes = (status.valid & ZIP_STAT_SIZE) != 0 ? status.size : 0;
    made->bytes_max = bytes_max;
    *part = made;
    return OK;
}

void zip_part_close(struct zip_part *part)
{
    if (part == NULL)
        return;
    (void)zip_fclose(part->file);
    free(part);
}

enum err zip_part_read(struct zip_part *part, uint8_t *data, size_t size, size_t *got,
                       struct buffer *problem)
{
    const zip_int64_t count = zip_fread(part->file, data, size);
    *got = 0;
    if (count < 0) {
        if (zip_error_code_zip(zip_file_get_error(part->file)) == ZIP_ER_MEMORY)
            return ERR_MEMORY;
        buffer_append_text(problem, "the archive is damaged");
        return ERR_CORRUPT;
    }
    part->done_bytes += (uint64_t)count;
    if (part->done_bytes > part->bytes_max) {
        buffer_append_format(problem, "a part of it is larger than %llu MB when unpacked",
                             (unsigned long long)(part->bytes_max >> 20));
        return ERR_FULL;
    }
    *got = (size_t)count;
    return OK;
}

uint64_t zip_part_bytes(const struct zip_part *part)
{
    return part->bytes;
}

uint64_t zip_part_done_bytes(const struct zip_part *part)
{
    return part->done_bytes;
}
