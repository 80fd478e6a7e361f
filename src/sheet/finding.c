/* The table of what can be said about a row. */
#include "sheet/finding.h"

#define FINDING_ROW(id, name, severity, what) {name, what, FINDING_##severity},
const struct finding_kind finding_kinds[FINDINGS_COUNT] = {FINDINGS(FINDING_ROW)};
