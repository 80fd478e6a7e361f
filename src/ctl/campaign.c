/* Who finds another stockctl at work for the campaign waits for it a little: runs that follow each
 * other closely do not trip, and those of a timer that are late do not pile up. */
#include "ctl/campaign.h"

#include <time.h>

#include "base/date.h"
#include "book/known.h"
#include "book/outbox.h"
#include "ctl/stop.h"

enum { ENTER_TRIES = 50, ENTER_WAIT_NS = 100 * 1000 * 1000 };

bool campaign_failed(struct campaign *campaign, enum err error)
{
    if (error == OK)
        return false;
    if (error == ERR_MEMORY) {
        session_stop_for_memory(&campaign->session);
        return true;
    }
    if (campaign->session.exit == CTL_DONE)
        progress_say(&campaign->session.progress, "%s", book_problem(campaign->book));
    session_stop(&campaign->session, CTL_MACHINE);
    return true;
}

int64_t campaign_moment(const struct campaign *campaign, const struct cell *cell)
{
    const bool is_told = cell->told != CELL_NONE;
    return is_told && cell->told_ms >= campaign->started_ms ? campaign_moment_behind(cell->told_ms)
                                                            : campaign->started_ms;
}

int64_t campaign_moment_behind(int64_t moment_ms)
{
    return moment_ms < DATE_MS_MAX ? moment_ms + 1 : DATE_MS_MAX;
}

/* Appends the address as it stands in the book: however somebody writes the host and its port, it
 * is one shop, which was told once. */
static void address_append(struct buffer *address, const char *url)
{
    const bool is_encrypted = bytes_starts_with(bytes_from_text(url), BYTES("https:"));
    const char *port = is_encrypted ? ":443" : ":80";
    const char *host = strstr(url, "://");
    ASSERT(host != NULL); /* session_begin() has looked at it. */
    host += strlen("://");
    struct bytes name = {(const uint8_t *)host, strcspn(host, "/")};
    struct bytes path = bytes_from_text(host + name.size);
    if (name.size > strlen(port) &&
        memcmp(host + name.size - strlen(port), port, strlen(port)) == 0)
        name.size -= strlen(port);
    while (path.size > 0 && path.data[path.size - 1] == '/')
        path.size--;
    buffer_append(address, (struct bytes){(const uint8_t *)url, (size_t)(host - url)});
    for (size_t i = 0; i < name.size; i++) {
        const bool is_large = name.data[i] >= 'A' && name.data[i] <= 'Z';
        buffer_append_u8(address, is_large ? name.data[i] | 0x20 : name.data[i]);
    }
    buffer_append(address, path);
}

static enum err shop_find(struct campaign *campaign, const struct options *options)
{
    struct buffer address;
    buffer_init(&address);
    address_append(&address, options->url);
    const enum err error = address.failed ? ERR_MEMORY
                                          : book_shop(campaign->book, buffer_bytes(&address),
                                                      options->campaign_id, &campaign->shop);
    buffer_deinit(&address);
    return error;
}

static enum err enter(struct campaign *campaign)
{
    enum err error = book_shop_enter(campaign->book, campaign->shop);
    for (int i = 0; i < ENTER_TRIES && error == ERR_BUSY && stop_signal() == 0; i++) {
        if (i == 0)
            progress_say(&campaign->session.progress,
                         "another stockctl works on this campaign; waiting for it");
        const struct timespec wait = {.tv_nsec = ENTER_WAIT_NS};
        (void)nanosleep(&wait, NULL);
        error = book_shop_enter(campaign->book, campaign->shop);
    }
    return error;
}

void campaign_begin(struct campaign *campaign, const struct options *options, struct book *book,
                    const char *unit)
{
    *campaign = (struct campaign){.book = book};
    struct session *session = &campaign->session;
    session_begin(session, options, unit, 0);
    if (session->exit != CTL_DONE)
        return;
    campaign->started_ms = session->os->now_ms(session->os);
    campaign->cells = cells_create();
    enum err error = campaign->cells == NULL ? ERR_MEMORY : OK;
    if (error == OK)
        error = shop_find(campaign, options);
    if (error == OK)
        error = enter(campaign);
    if (error == OK)
        error = known_load(book, campaign->shop, campaign->cells);
    if (error == OK)
        error = outbox_load(book, campaign->shop, campaign->cells);
    (void)campaign_failed(campaign, error);
}

void campaign_end(struct campaign *campaign)
{
    if (campaign->shop > 0)
        book_shop_leave(campaign->book, campaign->shop);
    cells_destroy(campaign->cells);
    session_end(&campaign->session);
}
