#define _GNU_SOURCE
#include "CWinnowDescriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Room for more descriptors than the two allowed, so that they arrive and can be closed. */
enum { ROOM = 4 };

int cwinnow_send_message(int socket, const void *bytes, size_t count, int descriptor, int second, int flags) {
  const int descriptors[] = {descriptor, second};
  const size_t length = (second >= 0 ? 2 : 1) * sizeof(int);
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))];
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (descriptor >= 0) {
    memset(control, 0, sizeof control);
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(length);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(length);
    memcpy(CMSG_DATA(header), descriptors, length);
  }
  ssize_t sent;
  do {
    sent = sendmsg(socket, &message, flags | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : 0;
}

int cwinnow_receive_message(int socket, void *buffer, size_t capacity, size_t *count, int *descriptor, int *second,
                            int flags) {
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(ROOM * sizeof(int))];
  struct iovec part = {.iov_base = buffer, .iov_len = capacity};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  *count = 0;
  *descriptor = -1;
  *second = -1;
  ssize_t received;
  do {
    received = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  if (received < 0) return -errno;

  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t descriptors = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t index = 0; index < descriptors; index++) {
      int arrived;
      memcpy(&arrived, CMSG_DATA(header) + index * sizeof(int), sizeof(int));
      if (*descriptor < 0) {
        *descriptor = arrived;
      } else if (*second < 0) {
        *second = arrived;
      } else {
        close(arrived);
      }
    }
  }
  if (message.msg_flags & MSG_TRUNC) {
    if (*descriptor >= 0) close(*descriptor);
    if (*second >= 0) close(*second);
    *descriptor = *second = -1;
    return -EMSGSIZE;
  }
  *count = (size_t)received;
  return 0;
}

int cwinnow_memory_file(size_t size) {
  int file = memfd_create("winnow", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0) return -errno;
  if (ftruncate(file, (off_t)size) < 0 || fcntl(file, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SEAL) < 0) {
    int error = errno;
    close(file);
    return -error;
  }
  return file;
}
