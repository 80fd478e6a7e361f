/* What a start needs, by the rules of docs/formats.md §5. Everything that is not understood is
 * refused with words; nothing is guessed. */
#include <inttypes.h>

#include "journal/data_folder.h"
#include "journal/format.h"

/* Indexes run without a gap from the first needed one on. */
static enum err check_gaps(const struct data_folder *folder, char *problem)
{
    const uint64_t first = folder->segments[folder->first_needed].index;
    const uint64_t last = folder->segments[folder->segments_count - 1].index;
    const uint64_t count = folder->segments_count - folder->first_needed;
    if (last - first + 1 == count)
        return OK;
    return refusal(problem, ERR_CORRUPT,
                   "%.120s: %" PRIu64 " segments between %016" PRIx64 " and %016" PRIx64
                   ": some are missing",
                   folder->segments_path, count, first, last);
}

/* Without a whole checkpoint everything there ever was is needed. */
static enum err choose_all(struct data_folder *folder, char *problem)
{
    const size_t count = folder->checkpoints_count;
    const uint64_t last = count == 0 ? 0 : folder->checkpoints[count - 1].number;
    if (folder->segments_count == 0 && count == 0)
        return OK;
    if (count > 0 && (folder->segments_count == 0 || folder->segments[0].index != 1))
        return refusal(problem, ERR_CORRUPT,
                       "checkpoint %016" PRIx64 " is damaged or was never finished, and segments "
                       "from the first one on are missing: nothing is there to begin from",
                       last);
    if (folder->segments[0].index != 1)
        return refusal(problem, ERR_CORRUPT,
                       "%.120s: segments begin with %016" PRIx64
                       ", and there is no checkpoint to begin from: some are missing",
                       folder->segments_path, folder->segments[0].index);
    return check_gaps(folder, problem);
}

/* The last segment that begins with a record that the checkpoint covers, or with the next one. */
static enum err choose_behind(struct data_folder *folder, char *problem)
{
    const struct checkpoint_header *header = &folder->newest->end.header;
    bool found = false;
    for (size_t i = 0; i < folder->segments_count; i++) {
        const struct segment_file *segment = &folder->segments[i];
        if (!segment->headed)
            continue;
        if (segment->journal_id != header->journal_id)
            return refusal(problem, ERR_CORRUPT,
                           "segment %016" PRIx64 " and checkpoint %016" PRIx64
                           " belong to different journals",
                           segment->index, header->number);
        if (segment->seq_first <= header->seq + 1) {
            folder->first_needed = i;
            found = true;
        }
    }
    if (found)
        return check_gaps(folder, problem);
    if (folder->segments_count > 0 && !folder->segments[0].headed)
        return refusal(problem, ERR_CORRUPT, "segment %016" PRIx64 ": its header is damaged",
                       folder->segments[0].index);
    return refusal(problem, ERR_CORRUPT,
                   "checkpoint %016" PRIx64 " is to be followed by record %" PRIu64
                   ", and no segment has it: some are missing",
                   header->number, header->seq + 1);
}

enum err data_folder_choose(struct data_folder *folder, char *problem)
{
    for (size_t i = 0; i < folder->checkpoints_count; i++) {
        if (folder->checkpoints[i].whole)
            folder->newest = &folder->checkpoints[i];
    }
    return folder->newest == NULL ? choose_all(folder, problem) : choose_behind(folder, problem);
}
