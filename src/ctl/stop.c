/* The handler only keeps the number; whoever waits looks at it. SA_RESETHAND gives the second
 * signal its usual effect, for a run that does not end. */
#include "ctl/stop.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

#include "base/error.h"

enum { MS_PER_SECOND = 1000, NS_PER_MS = 1000 * 1000 };

static volatile sig_atomic_t signal_received = 0;

static void on_signal(int number)
{
    signal_received = number;
}

void stop_install(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    ASSERT(sigemptyset(&action.sa_mask) == 0);
    ASSERT(sigaction(SIGINT, &action, NULL) == 0);
    ASSERT(sigaction(SIGTERM, &action, NULL) == 0);
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    ASSERT(sigaction(SIGPIPE, &ignore, NULL) == 0);
}

static volatile sig_atomic_t reload_wanted = 0;

static void on_reload(int number)
{
    reload_wanted = number;
}

void stop_reload_install(void)
{
    struct sigaction action = {.sa_handler = on_reload};
    ASSERT(sigemptyset(&action.sa_mask) == 0);
    ASSERT(sigaction(SIGHUP, &action, NULL) == 0);
}

bool stop_reload_take(void)
{
    const bool wanted = reload_wanted != 0;
    reload_wanted = 0;
    return wanted;
}

void stop_wait(int fd, int64_t wait_ms)
{
    sigset_t held;
    sigset_t before;
    ASSERT(sigemptyset(&held) == 0);
    ASSERT(sigaddset(&held, SIGINT) == 0 && sigaddset(&held, SIGTERM) == 0 &&
           sigaddset(&held, SIGHUP) == 0);
    ASSERT(sigprocmask(SIG_BLOCK, &held, &before) == 0);
    struct pollfd input = {.fd = fd, .events = POLLIN};
    const struct timespec wait = {.tv_sec = wait_ms / MS_PER_SECOND,
                                  .tv_nsec = wait_ms % MS_PER_SECOND * NS_PER_MS};
    if (signal_received == 0 && reload_wanted == 0)
        (void)ppoll(&input, 1, wait_ms < 0 ? NULL : &wait, &before);
    ASSERT(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
}

int stop_signal(void)
{
    return (int)signal_received;
}
