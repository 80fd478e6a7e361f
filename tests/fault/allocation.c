/* The functions behind --wrap, and operator new and delete, which C++ libraries call by their
 * mangled names. */
#include "allocation.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { EACH_TRIED = 16 };

static uint64_t failing_call; /* While it is armed. */
static bool armed;
static uint64_t calls_count;
static bool failed;
static int64_t live;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
void __real_free(void *memory);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
void __wrap_free(void *memory);

void *new_or_null(size_t size, const void *tag) __asm__("_ZnwmRKSt9nothrow_t");
void *new_array_or_null(size_t size, const void *tag) __asm__("_ZnamRKSt9nothrow_t");
void *new_or_abort(size_t size) __asm__("_Znwm");
void delete_plain(void *memory) __asm__("_ZdlPv");
void delete_sized(void *memory, size_t size) __asm__("_ZdlPvm");
void delete_array(void *memory) __asm__("_ZdaPv");

static bool fails(void)
{
    if (!__atomic_load_n(&armed, __ATOMIC_ACQUIRE) ||
        __atomic_fetch_add(&calls_count, 1, __ATOMIC_RELAXED) != failing_call)
        return false;
    __atomic_store_n(&failed, true, __ATOMIC_RELEASE);
    return true;
}

static void *counted(void *memory)
{
    if (memory != NULL)
        __atomic_add_fetch(&live, 1, __ATOMIC_RELAXED);
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *old, size_t size)
{
    if (fails())
        return NULL;
    void *memory = __real_realloc(old, size);
    return old == NULL ? counted(memory) : memory;
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    if (fails())
        return NULL;
    void *memory = __real_reallocarray(old, count, size);
    return old == NULL ? counted(memory) : memory;
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : counted(__real_strdup(text));
}

void __wrap_free(void *memory)
{
    if (memory != NULL)
        __atomic_sub_fetch(&live, 1, __ATOMIC_RELAXED);
    __real_free(memory);
}

void *new_or_null(size_t size, const void *tag)
{
    (void)tag;
    return __wrap_malloc(size);
}

void *new_array_or_null(size_t size, const void *tag)
{
    (void)tag;
    return __wrap_malloc(size);
}

/* The library's choice for this processor, made once. A program makes it at its start, where it can
 * still refuse to run (json_start()); here it does not fail. */
void *new_or_abort(size_t size)
{
    void *memory = counted(__real_malloc(size));
    if (memory == NULL)
        abort();
    return memory;
}

void delete_plain(void *memory)
{
    __wrap_free(memory);
}

void delete_sized(void *memory, size_t size)
{
    (void)size;
    __wrap_free(memory);
}

void delete_array(void *memory)
{
    __wrap_free(memory);
}

void allocation_fail_at(uint64_t number)
{
    calls_count = 0;
    failing_call = number;
    failed = false;
    __atomic_store_n(&armed, true, __ATOMIC_RELEASE);
}

bool allocation_end(void)
{
    __atomic_store_n(&armed, false, __ATOMIC_RELEASE);
    return __atomic_load_n(&failed, __ATOMIC_ACQUIRE);
}

int64_t allocation_live(void)
{
    return __atomic_load_n(&live, __ATOMIC_RELAXED);
}

uint64_t fault_every(void)
{
    const char *text = getenv("FAULT_EVERY");
    const uint64_t every = text == NULL ? 1 : strtoull(text, NULL, 10);
    return every == 0 ? 1 : every;
}

void allocation_sweep(const char *label, bool (*run)(const void *row, uint64_t number),
                      const void *row)
{
    uint64_t number = 0;
    bool reached = true;
    while (reached) {
        const int64_t before = allocation_live();
        reached = run(row, number);
        const int64_t after = allocation_live();
        if (after != before)
            fail_msg("%s, allocation %" PRIu64 ": %" PRId64 " allocations are left over", label,
                     number, after - before);
        if (reached)
            number += number < EACH_TRIED ? 1 : fault_every();
    }
    print_message("# %s: %" PRIu64 " allocations\n", label, number);
}
