/* The protocol is a line of text in a datagram, so no library is needed for it. What cannot be told
 * is not: a supervisor that waits for it says so itself. */
#include "server/notify.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A path, or `@` and a name in the abstract space. False: neither. */
static bool make_address(const char *name, struct sockaddr_un *address, socklen_t *address_bytes)
{
    const size_t name_bytes = strlen(name);
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if ((name[0] != '/' && name[0] != '@') || name_bytes >= sizeof(address->sun_path))
        return false;
    memcpy(address->sun_path, name, name_bytes);
    if (name[0] == '@')
        address->sun_path[0] = '\0';
    *address_bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + name_bytes);
    return true;
}

static void notify(const char *words)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address;
    socklen_t address_bytes = 0;
    if (name == NULL || !make_address(name, &address, &address_bytes))
        return;
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    const ssize_t sent = sendto(fd, words, strlen(words), MSG_NOSIGNAL,
                                (const struct sockaddr *)&address, address_bytes);
    (void)sent;
    (void)close(fd);
}

void notify_ready(void)
{
    notify("READY=1\n");
}

void notify_reloading(struct os *os)
{
    char words[64];
    (void)snprintf(words, sizeof(words), "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\n",
                   os->uptime_us(os));
    notify(words);
}

void notify_stopping(void)
{
    notify("STOPPING=1\n");
}
