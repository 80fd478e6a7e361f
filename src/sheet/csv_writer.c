/* FILE.part is synced before it is renamed and the folder after it: a file of that name is whole,
 * also after a power cut. */
#include "sheet/csv_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/os.h"

enum { FLUSH_BYTES = 64 * 1024, FILE_MODE = 0644 };

static bool needs_quotes(struct bytes field)
{
    static const char special[] = ",;\"\t\n\r";
    if (field.size > 0 && (field.data[0] == ' ' || field.data[field.size - 1] == ' '))
        return true;
    for (size_t i = 0; i < field.size; i++) {
        if (memchr(special, field.data[i], sizeof(special) - 1) != NULL)
            return true;
    }
    return false;
}

void csv_append_field(struct buffer *text, struct bytes field)
{
    if (!needs_quotes(field)) {
        buffer_append(text, field);
        return;
    }
    buffer_append_u8(text, '"');
    for (size_t i = 0; i < field.size; i++) {
        if (field.data[i] == '"')
            buffer_append_u8(text, '"');
        buffer_append_u8(text, field.data[i]);
    }
    buffer_append_u8(text, '"');
}

static bool is_standard_output(const char *path)
{
    return path == NULL || strcmp(path, "-") == 0;
}

static bool is_special(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

enum err csv_file_open(struct csv_file *file, const char *path)
{
    *file = (struct csv_file){.path = path, .fd = STDOUT_FILENO};
    buffer_init(&file->text);
    buffer_init(&file->part_path);
    if (is_standard_output(path))
        return OK;
    if (!is_special(path))
        buffer_append_format(&file->part_path, "%s.part", path);
    if (file->part_path.failed)
        return ERR_MEMORY;
    const char *opened = file->part_path.size > 0 ? buffer_text(&file->part_path) : path;
    file->fd = open(opened, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
    if (file->fd >= 0)
        return OK;
    buffer_deinit(&file->part_path);
    return ERR_IO;
}

enum err csv_file_flush(struct csv_file *file, bool all)
{
    if (file->text.failed)
        return ERR_MEMORY;
    if (file->text.size < FLUSH_BYTES && !all)
        return OK;
    size_t done = 0;
    while (done < file->text.size) {
        const ssize_t count = write(file->fd, file->text.data + done, file->text.size - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return ERR_IO;
        done += (size_t)count;
    }
    buffer_clear(&file->text);
    return OK;
}

static void csv_file_deinit(struct csv_file *file)
{
    const int code = errno;
    if (file->fd >= 0 && file->fd != STDOUT_FILENO)
        (void)close(file->fd);
    file->fd = -1;
    buffer_deinit(&file->text);
    buffer_deinit(&file->part_path);
    errno = code;
}

enum err csv_file_commit(struct csv_file *file)
{
    enum err error = csv_file_flush(file, true);
    const bool has_part = file->part_path.size > 0;
    if (error == OK && has_part && fsync(file->fd) != 0)
        error = ERR_IO;
    if (error == OK && has_part && rename(buffer_text(&file->part_path), file->path) != 0)
        error = ERR_IO;
    if (error != OK) {
        csv_file_abandon(file);
        return error;
    }
    if (has_part)
        (void)os_sync_parent(os_real(), file->path); /* It is whole; only its name may be lost. */
    csv_file_deinit(file);
    return OK;
}

void csv_file_abandon(struct csv_file *file)
{
    const int code = errno;
    if (file->part_path.size > 0)
        (void)unlink(buffer_text(&file->part_path));
    errno = code;
    csv_file_deinit(file);
}
