/* The brake comes first: nobody is asked about what it would stop anyway. */
#include "ctl/consent.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/stop.h"

static bool brake_lets_through(struct progress *progress, const struct consent *consent)
{
    const struct plan_zeroes *zeroes = &consent->zeroes;
    if (zeroes->to_zero * 100 <= consent->zero_percent_max * zeroes->in_stock)
        return true;
    const int64_t permille = zeroes->to_zero * 1000 / zeroes->in_stock;
    progress_say(progress,
                 "nothing was sent: %" PRId64 " of the %" PRId64
                 " SKUs that have stock would become 0, %" PRId64 ".%" PRId64
                 "%%, and --max-zero allows %" PRId64 "%%; if that is right, say --max-zero 100%%",
                 zeroes->to_zero, zeroes->in_stock, permille / 10, permille % 10,
                 consent->zero_percent_max);
    return false;
}

/* Asks on the terminal. Anything but a yes is a no. */
static bool ask(struct progress *progress, const struct consent *consent)
{
    progress_end(progress);
    (void)fprintf(stderr,
                  "stockctl: %" PRId64 " SKUs have stock and are not in %s; they become 0, with "
                  "what %s says %" PRId64 " of %" PRId64 " with stock. Go on? [yes/no] ",
                  consent->lacking, consent->name, consent->name, consent->zeroes.to_zero,
                  consent->zeroes.in_stock);
    (void)fflush(stderr);
    char line[64];
    ssize_t size = 0;
    if (stop_signal() == 0)
        size = read(STDIN_FILENO, line, sizeof(line));
    const struct bytes answer = {(const uint8_t *)line, size > 0 ? (size_t)size : 0};
    const struct bytes words[] = {BYTES_INIT("yes"), BYTES_INIT("y"), BYTES_INIT("да")};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (bytes_equal_ignoring_case(bytes_trim(answer), words[i]))
            return true;
    }
    progress_say(progress, "nothing was sent");
    return false;
}

bool consent_get(struct progress *progress, const struct consent *consent)
{
    if (!brake_lets_through(progress, consent))
        return false;
    if (consent->lacking == 0 || consent->is_given)
        return true;
    if (consent->can_ask && isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1)
        return ask(progress, consent);
    progress_say(progress,
                 "nothing was sent: %" PRId64 " SKUs have stock and are not in %s, and --full "
                 "would make them 0; where nobody can be asked, --yes is needed",
                 consent->lacking, consent->name);
    return false;
}
