/* Reading a data folder without changing it. */
#include "journal/recovery.h"

enum err journal_read(struct os *os, const char *path, const struct journal_replay *replay,
                      struct journal_recovery *report)
{
    *report = (struct journal_recovery){.problem = ""};
    struct data_folder folder;
    struct recovery recovery;
    const enum folder_use use = replay->unfinished ? FOLDER_UNFINISHED : FOLDER_READ;
    enum err error = data_folder_look(&folder, os, path, use, report->problem);
    if (error == OK && folder.segments_count == 0)
        error =
            refusal(report->problem, ERR_NOT_FOUND, "%.200s: no journal is in this folder", path);
    if (error == OK)
        error = recovery_replay(&recovery, &folder, replay, report);
    data_folder_deinit(&folder);
    return error;
}
