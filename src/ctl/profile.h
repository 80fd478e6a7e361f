/* One profile of the config file, as settings for the rows of options that bear the names of its
 * keys: where the names and limits of options stand, those of keys do. */
#ifndef CTL_PROFILE_H
#define CTL_PROFILE_H

#include "ctl/config.h"
#include "ctl/options.h"
#include "os/os.h"

struct profile {
    struct buffer path; /* Of the config. */
    struct config config;
    struct option_setting *items;
    struct buffer *texts; /* One for each entry of the config: paths that were completed. */
    struct option_settings settings;
};

/* A profile that says nothing. Ended by profile_deinit(). */
void profile_init(struct profile *profile);
void profile_deinit(struct profile *profile);

/* Reads the profile `name` from `config_path`, or for NULL from the usual place. The whole file is
 * checked against the rows of `commands`, which ends in NULL. False when something is wrong;
 * *problem then says what and where, in one line, without repeating what may be a secret; nothing
 * in it: no memory. */
MUST_USE bool profile_read(struct profile *profile, struct os *os, const char *config_path,
                           const char *name, const struct command *const *commands,
                           struct buffer *problem);

#endif
