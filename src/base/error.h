/* The three kinds of trouble of STYLE "Errors": a bug aborts through ASSERT, trouble of the
 * environment is an `enum err` that the caller must use, and a refusal is an `enum verdict` of the
 * module that refuses. This header holds the first two and the attributes that go with them. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#define MUST_USE            __attribute__((warn_unused_result))
#define NORETURN            __attribute__((noreturn))
#define PRINTF(text, first) __attribute__((format(printf, text, first)))
#define CLEANUP(function)   __attribute__((cleanup(function)))

enum err {
    OK = 0,
    ERR_IO,          /* A read, a write or a sync failed. */
    ERR_FULL,        /* No room: disk, batch, table or a limit of base/limits.h. Nothing changed. */
    ERR_MEMORY,      /* An allocation failed. Nothing changed. */
    ERR_NOT_FOUND,   /* No such file, folder or entry. */
    ERR_DENIED,      /* The system does not let us: permissions, or a read-only disk. */
    ERR_BUSY,        /* Somebody else holds it. */
    ERR_CORRUPT,     /* The bytes are not what we wrote. */
    ERR_UNSUPPORTED, /* A version or a form that this program does not know. */
    ERR_INVALID,     /* Bytes from outside that break the rules of their format. */
};

/* Returns a short lower-case text for a log line or a message. Cannot fail. */
const char *err_text(enum err error);

/* Prints where and what to standard error, and aborts. Called through ASSERT only. */
NORETURN void assert_failed(const char *file, int line, const char *condition);

/* One fact that only our own code can break. Never compiled out. */
#define ASSERT(condition) ((condition) ? (void)0 : assert_failed(__FILE__, __LINE__, #condition))

#endif
