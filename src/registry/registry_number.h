/* Giving numbers to shelves and to the Market's warehouses, each once and for ever. For
 * registry.c. */
#ifndef REGISTRY_REGISTRY_NUMBER_H
#define REGISTRY_REGISTRY_NUMBER_H

#include "registry/registry_state.h"

/* Numbers the entries of a document: as they are known, or as they were kept, or with the next new
 * number; *numbers are the highest so far. ERR_INVALID: none are left. */
MUST_USE enum err registry_number_document(const struct registry_state *known,
                                           struct registry_document *document,
                                           enum registry_origin origin,
                                           struct registry_numbers *numbers,
                                           struct error_list *errors);

/* A group that lost its last warehouse and is joined again gets a new shelf, as what lies on the
 * old one went along with those who left. Changes the candidate, and the document so that it says
 * so, in a list in the candidate's arena. ERR_MEMORY. */
MUST_USE enum err registry_renumber_groups(const struct registry_state *known,
                                           struct registry_state *candidate,
                                           struct registry_document *document,
                                           struct registry_numbers *numbers);

#endif
