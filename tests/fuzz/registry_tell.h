/* What a registry says to whoever looks things up in it, so that two of them can be compared
 * without their encoder: a field that it forgets is missing in what it wrote, not in what it
 * knows. */
#ifndef TESTS_FUZZ_REGISTRY_TELL_H
#define TESTS_FUZZ_REGISTRY_TELL_H

#include "base/buffer.h"
#include "registry/registry.h"

/* Appends all that look-ups and listings give. */
void registry_tell(const struct registry *registry, struct buffer *told);

/* Both say the same. */
void registry_check_equal(const struct registry *left, const struct registry *right);

#endif
