/* The environment is looked at each time: tests change it. */
#include "os/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool terminal_is(int fd)
{
    const char *kind = getenv("TERM");
    return kind != NULL && strcmp(kind, "dumb") != 0 && isatty(fd) == 1;
}

bool terminal_has_colour(int fd)
{
    const char *no_colour = getenv("NO_COLOR");
    return terminal_is(fd) && (no_colour == NULL || no_colour[0] == '\0');
}

int64_t terminal_columns(int fd)
{
    struct winsize size = {.ws_col = 0};
    if (isatty(fd) != 1 || ioctl(fd, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}
