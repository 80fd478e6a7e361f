/* Two locks, as the limit does not hold where the system pipes cores into a program, and the mark
 * does not survive an exec. Under a sanitizer the mark stays off: the leak checker attaches to its
 * own process. */
#include "server/dumps.h"

#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "os/log.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNDER_SANITIZER 1
#else
#define UNDER_SANITIZER 0
#endif

void dumps_forbid(void)
{
    const struct rlimit none = {0, 0};
    const bool limited = setrlimit(RLIMIT_CORE, &none) == 0;
    const bool marked = UNDER_SANITIZER || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
    if (!limited || !marked)
        log_line(LOG_WARN, "event=core_dumps_possible action=\"the system did not let us forbid "
                           "them; set LimitCORE=0\"");
}
