/* A stack under a mutex; what does not fit on it is destroyed. */
#include "call/parser_pool.h"

#include <pthread.h>
#include <stdlib.h>

enum { PARSERS_MAX = 64 };

/* `are_wiped` is set once. `lock` guards what is behind it; it is never held together with another.
 */
struct parser_pool {
    bool are_wiped;
    pthread_mutex_t lock;
    struct json_parser *parsers[PARSERS_MAX];
    uint32_t parsers_count;
};

struct parser_pool *parser_pool_create(bool are_wiped)
{
    struct parser_pool *pool = calloc(1, sizeof(*pool));
    if (pool == NULL)
        return NULL;
    pool->are_wiped = are_wiped;
    pthread_mutex_init(&pool->lock, NULL);
    return pool;
}

void parser_pool_destroy(struct parser_pool *pool)
{
    if (pool == NULL)
        return;
    for (uint32_t i = 0; i < pool->parsers_count; i++)
        json_parser_destroy(pool->parsers[i]);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

struct json_parser *parser_pool_take(struct parser_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    struct json_parser *parser =
        pool->parsers_count > 0 ? pool->parsers[--pool->parsers_count] : NULL;
    pthread_mutex_unlock(&pool->lock);
    return parser != NULL ? parser : json_parser_create();
}

void parser_pool_give_back(struct parser_pool *pool, struct json_parser *parser)
{
    if (pool->are_wiped)
        json_parser_wipe(parser);
    pthread_mutex_lock(&pool->lock);
    const bool kept = pool->parsers_count < PARSERS_MAX;
    if (kept)
        pool->parsers[pool->parsers_count++] = parser;
    pthread_mutex_unlock(&pool->lock);
    if (!kept)
        json_parser_destroy(parser);
}
