/* The handler only keeps the number; whoever waits looks at it. SA_RESETHAND gives the second
 * signal its usual effect, for a run that does not end. */
#include "ctl/stop.h"

#include <signal.h>
#include <stddef.h>

#include "base/error.h"

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

int stop_signal(void)
{
    return (int)signal_received;
}
