/* The checkpoint is written like any other; then comes the journal's first segment, whose header
 * says that it goes on behind the one record that the checkpoint covers. */
#include "journal/new_folder.h"

#include <stdlib.h>

#include "journal/checkpoint_seal.h"
#include "journal/format.h"
#include "journal/unfinished.h"

struct new_folder {
    struct os *os;
    struct data_folder folder;
    struct checkpoint_header header;
    uint64_t parts_count;
    uint64_t parts_bytes;
    struct append_file append; /* The checkpoint. */
};

enum err new_folder_begin(struct os *os, const char *path, struct new_folder **begun, char *problem)
{
    struct new_folder *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return refusal(problem, ERR_MEMORY, "out of memory");
    made->os = os;
    made->header = (struct checkpoint_header){.number = 1, .seq = NEW_FOLDER_SEQ};
    os->random(os, &made->header.journal_id, sizeof(made->header.journal_id));
    data_folder_init(&made->folder, os, path, FOLDER_READ);
    append_file_init(&made->append, os, NULL, 0);
    char file_path[JOURNAL_PATH_BYTES_MAX];
    struct os_file *file = NULL;
    enum err error = unfinished_begin(&made->folder, path, problem);
    if (error == OK) {
        checkpoint_path(made->folder.checkpoints_path, made->header.number, file_path);
        error = os->open(os, file_path, OS_OPEN_CREATE, &file);
        if (error != OK)
            (void)refusal(problem, error, "%.180s: %s", file_path, err_text(error));
    }
    if (error != OK) {
        new_folder_close(made);
        return error;
    }
    append_file_init(&made->append, os, file, 0);
    checkpoint_header_encode(&made->append.buffer, &made->header);
    *begun = made;
    return OK;
}

enum err new_folder_append(struct new_folder *made, const struct checkpoint_part *part)
{
    struct checkpoint_part sealed = *part;
    ASSERT(part->payload.size <= CHECKPOINT_PART_BYTES_MAX);
    sealed.seq = NEW_FOLDER_SEQ;
    checkpoint_part_encode(&made->append.buffer, checkpoint_salt(&made->header), made->parts_count,
                           &sealed);
    made->parts_count++;
    made->parts_bytes += PART_BYTES(part->payload.size);
    return append_file_write(&made->append);
}

static enum err write_header(struct new_folder *made, struct os_file *file)
{
    struct os *os = made->os;
    struct buffer block;
    const struct segment_header header = {
        .journal_id = made->header.journal_id, .index = 1, .seq_first = NEW_FOLDER_SEQ + 1};
    buffer_init(&block);
    segment_header_encode(&block, &header);
    enum err error = block.failed ? ERR_MEMORY : os->allocate(os, file, JOURNAL_SEGMENT_BYTES);
    if (error == OK)
        error = os->write(os, file, 0, buffer_bytes(&block));
    if (error == OK)
        error = os->sync(os, file);
    buffer_deinit(&block);
    return error;
}

static enum err write_segment(struct new_folder *made)
{
    struct os *os = made->os;
    char path[JOURNAL_PATH_BYTES_MAX];
    struct os_file *file = NULL;
    segment_path(made->folder.segments_path, 1, path);
    enum err error = os->open(os, path, OS_OPEN_CREATE, &file);
    if (error != OK)
        return error;
    error = write_header(made, file);
    os->close(os, file);
    return error;
}

enum err new_folder_seal(struct new_folder *made)
{
    char problem[PROBLEM_BYTES];
    struct checkpoint_end end = {
        .header = made->header,
        .seq_max = NEW_FOLDER_SEQ,
        .parts_count = made->parts_count,
        .parts_end = JOURNAL_BLOCK_BYTES + made->parts_bytes,
    };
    enum err error = checkpoint_seal(&made->append, &end);
    if (error == OK)
        error = write_segment(made);
    return error == OK ? unfinished_sync(&made->folder, problem) : error;
}

void new_folder_close(struct new_folder *made)
{
    if (made == NULL)
        return;
    made->os->close(made->os, made->append.file);
    append_file_deinit(&made->append);
    data_folder_deinit(&made->folder);
    free(made);
}

enum err new_folder_finish(struct os *os, const char *path, char *problem)
{
    struct data_folder folder;
    data_folder_init(&folder, os, path, FOLDER_READ);
    const enum err error = unfinished_end(os, folder.segments_path, problem);
    data_folder_deinit(&folder);
    return error;
}
