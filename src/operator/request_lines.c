/* The window slides towards the start of the file. A line that the window's start cuts is read
 * again with the next window, so a line is always in one piece. */
#include "operator/request_lines.h"

#include "wire/json.h"

struct request_lines request_lines_begin(struct os *os, struct os_file *file, uint8_t *window,
                                         uint64_t end)
{
    return (struct request_lines){
        .os = os, .file = file, .window = window, .window_offset = end, .error = OK};
}

/* Brings the window to the bytes that were not given yet. False: there are none, or an error. */
static bool window_slide(struct request_lines *lines)
{
    const uint64_t end = lines->window_offset + lines->left;
    if (end == 0 || lines->error != OK)
        return false;
    const size_t size = end < REQUEST_WINDOW_BYTES ? (size_t)end : REQUEST_WINDOW_BYTES;
    size_t got = 0;
    lines->error = lines->os->read(lines->os, lines->file, end - size, lines->window, size, &got);
    if (lines->error == OK && got < size)
        lines->error = ERR_CORRUPT; /* Somebody cut the file. */
    if (lines->error != OK)
        return false;
    memset(lines->window + size, 0, JSON_PADDING_BYTES);
    lines->window_offset = end - size;
    lines->left = size;
    lines->bytes_read += size;
    return true;
}

/* Where in the window the last line starts; false: in front of it, or unknown. */
static bool find_start(const struct request_lines *lines, size_t *start)
{
    if (lines->left == 0)
        return false;
    const uint8_t *line_break = memrchr(lines->window, '\n', lines->left - 1);
    if (line_break == NULL && lines->window_offset > 0)
        return false;
    *start = line_break == NULL ? 0 : (size_t)(line_break - lines->window) + 1;
    return true;
}

bool request_lines_previous(struct request_lines *lines, struct bytes *line)
{
    size_t start = 0;
    if (!find_start(lines, &start)) {
        if (!window_slide(lines))
            return false;
        if (!find_start(lines, &start))
            start = 0; /* No line of ours is that long: a piece of it. */
    }
    size_t size = lines->left - start;
    if (lines->window[start + size - 1] == '\n')
        size--;
    *line = (struct bytes){lines->window + start, size};
    lines->left = start;
    return true;
}

uint64_t request_lines_offset(const struct request_lines *lines)
{
    return lines->window_offset + lines->left;
}
