/* One kept connection of a client: a request on its way, and its answer as it comes in. The socket
 * is watched edge-triggered, so a request usually costs one send, one recv and a share of one
 * epoll_wait. */

#ifndef BENCH_LOAD_CONNECTION_H
#define BENCH_LOAD_CONNECTION_H

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load_answer.h"
#include "load_messages.h"
#include "load_options.h"

enum {
    ANSWER_SHOWN_BYTES = 300,
    SENDFILE_BYTES_MIN = 16384, /* Below, copying is cheaper. */
};

struct connection {
    int fd;
    int ring_fd;  /* Where the message lies if it is in a ring. */
    bool waiting; /* A request is on its way or its answer is. */
    int64_t begin_ns;
    size_t sent_bytes;
    struct message message;
    struct answer answer;
    uint8_t *slot;                         /* Memory for a message that is not in a ring. */
    char page_token[PAGE_TOKEN_BYTES_MAX]; /* Of the next page; empty for the first. */
};

enum received {
    RECEIVED_PART,
    RECEIVED_WHOLE,
    RECEIVED_END, /* Of the connection, or it broke. */
};

static inline void connection_open(struct connection *connection, int epoll_fd,
                                   const struct options *options)
{
    const int on = 1;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("socket", "");
    if (connect(fd, (const struct sockaddr *)&options->address, sizeof options->address) != 0)
        die("connect", options->address_text);
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        die("socket options", "");
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = connection};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        die("epoll_ctl", "");
    connection->fd = fd;
}

static inline bool connection_is_ending(uint32_t events)
{
    return (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
}

static inline ssize_t message_send(const struct connection *connection)
{
    const struct message *message = &connection->message;
    const size_t left_bytes = message->size - connection->sent_bytes;
    if (message->file_offset < 0 || left_bytes < SENDFILE_BYTES_MIN)
        return send(connection->fd, message->data + connection->sent_bytes, left_bytes,
                    MSG_NOSIGNAL);
    off_t offset = message->file_offset + (off_t)connection->sent_bytes;
    return sendfile(connection->fd, connection->ring_fd, &offset, left_bytes);
}

/* Sends what the socket takes: epoll tells when to go on, and errors show when reading. */
static inline void connection_send(struct connection *connection)
{
    while (connection->sent_bytes < connection->message.size) {
        const ssize_t sent = message_send(connection);
        if (sent >= 0)
            connection->sent_bytes += (size_t)sent;
        else if (errno != EINTR)
            return;
    }
}

/* Begins to send the message that is there. */
static inline void connection_begin(struct connection *connection, int ring_fd, int64_t begin_ns)
{
    connection->ring_fd = ring_fd;
    connection->waiting = true;
    connection->sent_bytes = 0;
    connection->begin_ns = begin_ns;
    answer_reset(&connection->answer);
    connection_send(connection);
}

/* Reads what is there, no more than one answer: edge-triggered epoll will not tell again. A read
 * that leaves room has taken all there was, except that the other side's end may follow it. */
static inline enum received connection_receive(struct connection *connection, bool ending)
{
    struct answer *answer = &connection->answer;
    for (;;) {
        answer_reserve(answer);
        const size_t room = answer->capacity_bytes - answer->used_bytes;
        const ssize_t received = recv(connection->fd, answer->data + answer->used_bytes, room, 0);
        if (received < 0 && errno == EINTR)
            continue;
        if (received < 0 && errno == EAGAIN)
            return RECEIVED_PART;
        if (received <= 0)
            return RECEIVED_END;
        if (!connection->waiting)
            die("the server sent more than one answer to a request", "");
        answer->used_bytes += (size_t)received;
        if (answer_is_whole(answer)) {
            answer->closes |= ending;
            return RECEIVED_WHOLE;
        }
        if ((size_t)received < room && !ending)
            return RECEIVED_PART;
    }
}

/* Prints an answer that is not ok, as one line of printable characters. */
static inline void answer_show(const struct answer *answer, const char *what)
{
    char shown[ANSWER_SHOWN_BYTES + 1];
    size_t bytes = 0;
    for (; bytes < answer->used_bytes && bytes < ANSWER_SHOWN_BYTES; bytes++) {
        const unsigned char byte = (unsigned char)answer->data[bytes];
        shown[bytes] = (char)(isprint(byte) && byte != '"' ? byte : ' ');
    }
    shown[bytes] = '\0';
    fprintf(stderr, "event=not_ok status=%d what=\"%s\" answer=\"%s\"\n", answer->status, what,
            shown);
}

#endif
