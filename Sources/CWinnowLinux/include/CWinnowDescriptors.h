/*
 * Datagrams with at most two open descriptors each, over a SOCK_SEQPACKET
 * Unix socket (unix(7), SCM_RIGHTS). In C because the control-message macros
 * (CMSG_*) cannot be imported into Swift.
 *
 * Both functions return 0, or -errno, and try again after EINTR.
 */
#pragma once
#include <stddef.h>

/*
 * Sends `count` bytes as one datagram; `descriptor` goes with it unless it
 * is negative, and then `second` unless that is. They stay open here.
 * `flags`: 0 or MSG_DONTWAIT; a closed peer gives -EPIPE, never SIGPIPE.
 */
int cwinnow_send_message(int socket, const void *bytes, size_t count, int descriptor, int second, int flags);

/*
 * Receives one datagram. `*count` is its length, 0 at end-of-file;
 * `*descriptor` and `*second` are the descriptors that came with it,
 * close-on-exec and now the caller's, or -1. Further ones are closed at once. A datagram
 * longer than `capacity` gives -EMSGSIZE, and its descriptors are closed.
 * `flags`: 0 or MSG_DONTWAIT.
 */
int cwinnow_receive_message(int socket, void *buffer, size_t capacity, size_t *count, int *descriptor, int *second,
                            int flags);

/*
 * A file that lies in memory alone, close-on-exec, of `size` bytes that cannot
 * become more (memfd_create, sealed). Its memory is taken as it is
 * written. Returns the descriptor or -errno.
 */
int cwinnow_memory_file(size_t size);
