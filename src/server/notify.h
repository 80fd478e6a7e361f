/* Tells a supervisor that speaks systemd's protocol (sd_notify(3)) how far we are: one datagram to
 * the socket that NOTIFY_SOCKET names. Without that variable, nothing happens. Main thread. */
#ifndef SERVER_NOTIFY_H
#define SERVER_NOTIFY_H

#include "os/os.h"

void notify_ready(void);
void notify_reloading(struct os *os);
void notify_stopping(void);

#endif
