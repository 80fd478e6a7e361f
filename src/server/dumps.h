/* No core files: the memory of stockd holds keys that are being looked at, push tokens, the key of
 * its certificate, and everybody's balances. */
#ifndef SERVER_DUMPS_H
#define SERVER_DUMPS_H

/* From now on a crash leaves no core, and other processes of the same user can neither attach nor
 * read this one's memory and environment under /proc. Before the first secret is read. */
void dumps_forbid(void);

#endif
