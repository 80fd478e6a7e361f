/* A ring of pieces a campaign, found by its id. Pieces have numbers, from 1970 on. */
#include "call/update_counts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"

enum { CAMPAIGNS_MIN = 16 };

/* Invariant: pieces[n % UPDATE_COUNTS_PIECES] is piece n, for the `newest` one and those before. */
struct campaign_counts {
    int64_t newest;
    uint32_t pieces[UPDATE_COUNTS_PIECES];
};

/* `lock` guards all of it. */
struct update_counts {
    pthread_mutex_t lock;
    struct map by_campaign;
    struct campaign_counts *campaigns;
    uint32_t campaigns_count;
    uint32_t campaigns_max;
};

struct update_counts *update_counts_create(void)
{
    struct update_counts *counts = calloc(1, sizeof(*counts));
    if (counts == NULL)
        return NULL;
    pthread_mutex_init(&counts->lock, NULL);
    map_init(&counts->by_campaign);
    return counts;
}

void update_counts_destroy(struct update_counts *counts)
{
    if (counts == NULL)
        return;
    map_deinit(&counts->by_campaign);
    pthread_mutex_destroy(&counts->lock);
    free(counts->campaigns);
    free(counts);
}

/* Rounded down, before 1970 as well. */
static int64_t piece_of(int64_t now_ms)
{
    const int64_t piece = now_ms / UPDATE_COUNTS_PIECE_MS;
    return now_ms % UPDATE_COUNTS_PIECE_MS < 0 ? piece - 1 : piece;
}

static uint32_t *piece_at(struct campaign_counts *campaign, int64_t piece)
{
    const int64_t place = piece % UPDATE_COUNTS_PIECES;
    return &campaign->pieces[place < 0 ? place + UPDATE_COUNTS_PIECES : place];
}

/* The campaign's counts, made if need be; NULL: no memory. */
static struct campaign_counts *open_campaign(struct update_counts *counts, int64_t campaign_id,
                                             int64_t piece)
{
    const uint32_t at = map_get(&counts->by_campaign, campaign_id);
    if (at != MAP_ABSENT)
        return &counts->campaigns[at];
    if (counts->campaigns_count == counts->campaigns_max) {
        const uint32_t max =
            counts->campaigns_max == 0 ? (uint32_t)CAMPAIGNS_MIN : counts->campaigns_max * 2;
        struct campaign_counts *larger = realloc(counts->campaigns, max * sizeof(*larger));
        if (larger == NULL)
            return NULL;
        counts->campaigns = larger;
        counts->campaigns_max = max;
    }
    if (map_set(&counts->by_campaign, campaign_id, counts->campaigns_count) != OK)
        return NULL;
    struct campaign_counts *campaign = &counts->campaigns[counts->campaigns_count++];
    *campaign = (struct campaign_counts){.newest = piece};
    return campaign;
}

/* Pieces that nobody updated anything in are empty. */
static void go_on_to(struct campaign_counts *campaign, int64_t piece)
{
    if (piece - campaign->newest >= UPDATE_COUNTS_PIECES) {
        memset(campaign->pieces, 0, sizeof(campaign->pieces));
        campaign->newest = piece;
    }
    while (campaign->newest < piece)
        *piece_at(campaign, ++campaign->newest) = 0;
}

void update_counts_add(struct update_counts *counts, int64_t campaign_id, uint32_t skus_count,
                       int64_t now_ms)
{
    if (counts == NULL || skus_count == 0)
        return;
    const int64_t piece = piece_of(now_ms);
    pthread_mutex_lock(&counts->lock);
    struct campaign_counts *campaign = open_campaign(counts, campaign_id, piece);
    if (campaign != NULL) {
        go_on_to(campaign, piece);
        if (campaign->newest - piece < UPDATE_COUNTS_PIECES)
            *piece_at(campaign, piece) += skus_count;
    }
    pthread_mutex_unlock(&counts->lock);
}

void update_counts_read(struct update_counts *counts, int64_t campaign_id, int64_t now_ms,
                        uint32_t pieces[static UPDATE_COUNTS_PIECES])
{
    memset(pieces, 0, UPDATE_COUNTS_PIECES * sizeof(*pieces));
    if (counts == NULL)
        return;
    const int64_t last = piece_of(now_ms);
    pthread_mutex_lock(&counts->lock);
    const uint32_t at = map_get(&counts->by_campaign, campaign_id);
    for (int i = 0; i < UPDATE_COUNTS_PIECES && at != MAP_ABSENT; i++) {
        struct campaign_counts *campaign = &counts->campaigns[at];
        const int64_t piece = last - (UPDATE_COUNTS_PIECES - 1) + i;
        if (piece <= campaign->newest && campaign->newest - piece < UPDATE_COUNTS_PIECES)
            pieces[i] = *piece_at(campaign, piece);
    }
    pthread_mutex_unlock(&counts->lock);
}
