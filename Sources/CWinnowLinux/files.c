#define _GNU_SOURCE
#include "CWinnowLinux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x1000U
#endif
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#endif

#define RETRY(result, call)                                                                                          \
  do {                                                                                                               \
    result = (call);                                                                                                 \
  } while (result < 0 && errno == EINTR)

#define ANSWER(result) return (result) < 0 ? -errno : (result)

int cwinnow_open_root(const char *path) {
  int result;
  RETRY(result, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ANSWER(result);
}

int cwinnow_open_beneath(int folder, const char *path, int flags, unsigned mode) {
  struct open_how how = {
      .flags = (uint64_t)(unsigned)flags | O_CLOEXEC,
      .mode = (flags & (O_CREAT | O_TMPFILE)) ? mode : 0,
      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };
  int result;
  /* EAGAIN: something was renamed on the way while the kernel looked; it asks to be called again. */
  int attempts = 0;
  do {
    result = (int)syscall(SYS_openat2, folder, *path ? path : ".", &how, sizeof how);
  } while (result < 0 && (errno == EINTR || (errno == EAGAIN && ++attempts < 100)));
  ANSWER(result);
}

int cwinnow_reopen(int descriptor, int flags) {
  char path[40];
  snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
  int result;
  RETRY(result, open(path, flags | O_CLOEXEC));
  ANSWER(result);
}

int cwinnow_close(int descriptor) {
  /* Never retried: after EINTR the descriptor is closed already, and may be somebody else's by now. */
  return close(descriptor) < 0 && errno != EINTR ? -errno : 0;
}

int cwinnow_status(int folder, const char *name, struct cwinnow_status *status) {
  struct statx answer;
  int result;
  RETRY(result, statx(folder, name, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT,
                      STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, &answer));
  if (result < 0) return -errno;
#define NANOSECONDS(time) ((time).tv_sec * 1000000000LL + (time).tv_nsec)
  *status = (struct cwinnow_status){
      .device = (uint64_t)answer.stx_dev_major << 32 | answer.stx_dev_minor,
      .inode = answer.stx_ino,
      .mount = (answer.stx_mask & STATX_MNT_ID) ? answer.stx_mnt_id : 0,
      .size = (int64_t)answer.stx_size,
      .modified = NANOSECONDS(answer.stx_mtime),
      .changed = NANOSECONDS(answer.stx_ctime),
      .born = (answer.stx_mask & STATX_BTIME) ? NANOSECONDS(answer.stx_btime) : 0,
      .mode = answer.stx_mode,
      .owner = answer.stx_uid,
      .group = answer.stx_gid,
      .links = answer.stx_nlink,
  };
  return 0;
}

int cwinnow_handle(int descriptor, uint8_t *handle) {
  struct {
    struct file_handle header;
    unsigned char bytes[MAX_HANDLE_SZ];
  } answer;
  answer.header.handle_bytes = MAX_HANDLE_SZ;
  int mount, result;
  RETRY(result, name_to_handle_at(descriptor, "", &answer.header, &mount, AT_EMPTY_PATH));
  if (result < 0) return -errno;
  memcpy(handle, &answer.header.handle_type, 4);
  memcpy(handle + 4, answer.header.f_handle, answer.header.handle_bytes);
  return 4 + (int)answer.header.handle_bytes;
}

int cwinnow_file_system_type(int descriptor, int64_t *type) {
  struct statfs answer;
  int result;
  RETRY(result, fstatfs(descriptor, &answer));
  if (result < 0) return -errno;
  *type = answer.f_type;
  return 0;
}

int cwinnow_free_bytes(int descriptor, uint64_t *bytes) {
  struct statvfs answer;
  int result;
  RETRY(result, fstatvfs(descriptor, &answer));
  if (result < 0) return -errno;
  *bytes = (uint64_t)answer.f_bavail * answer.f_frsize;
  return 0;
}

int cwinnow_rename_without_replacing(int from_folder, const char *from, int to_folder, const char *to) {
  int result;
  RETRY(result, renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE));
  ANSWER(result);
}

int cwinnow_rename_replacing(int from_folder, const char *from, int to_folder, const char *to) {
  int result;
  RETRY(result, renameat(from_folder, from, to_folder, to));
  ANSWER(result);
}

int cwinnow_link(int from_folder, const char *from, int to_folder, const char *to) {
  int result;
  RETRY(result, linkat(from_folder, from, to_folder, to, 0));
  ANSWER(result);
}

int cwinnow_make_symbolic_link(const char *target, int folder, const char *name) {
  int result;
  RETRY(result, symlinkat(target, folder, name));
  ANSWER(result);
}

int64_t cwinnow_read_link(int folder, const char *name, void *buffer, size_t capacity) {
  ssize_t result;
  RETRY(result, readlinkat(folder, name, buffer, capacity));
  ANSWER(result);
}

int cwinnow_unlink(int folder, const char *name) {
  int result;
  RETRY(result, unlinkat(folder, name, 0));
  ANSWER(result);
}

int cwinnow_make_folder(int folder, const char *name) {
  struct stat parent;
  if (fstat(folder, &parent) < 0) return -errno;
  int result;
  RETRY(result, mkdirat(folder, name, parent.st_mode & 07777));
  if (result < 0) return -errno;
  int made = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (made < 0) return 0;
  /* The folder exists; what it inherits is a matter of rights. */
  if (parent.st_uid != geteuid() || parent.st_gid != getegid()) {
    if (fchown(made, parent.st_uid, parent.st_gid) < 0) (void)!fchown(made, (uid_t)-1, parent.st_gid);
  }
  /* With a default access control list the kernel has set the mode, and the umask played no part. */
  if (fgetxattr(made, "system.posix_acl_access", NULL, 0) <= 0) (void)!fchmod(made, parent.st_mode & 07777);
  close(made);
  return 0;
}

int cwinnow_remove_folder(int folder, const char *name) {
  int result;
  RETRY(result, unlinkat(folder, name, AT_REMOVEDIR));
  ANSWER(result);
}

int64_t cwinnow_read(int descriptor, void *buffer, size_t count, int64_t offset) {
  ssize_t result;
  RETRY(result, pread(descriptor, buffer, count, offset));
  ANSWER(result);
}

int64_t cwinnow_write(int descriptor, const void *buffer, size_t count) {
  ssize_t result;
  RETRY(result, write(descriptor, buffer, count));
  ANSWER(result);
}

int64_t cwinnow_copy_range(int from, int64_t offset, int to, size_t count) {
  ssize_t result;
  off64_t position = offset;
  RETRY(result, copy_file_range(from, &position, to, NULL, count, 0));
  ANSWER(result);
}

int cwinnow_clone(int from, int to) {
  int result;
  RETRY(result, ioctl(to, FICLONE, from));
  ANSWER(result);
}

/* Copies every extended attribute that the target can hold. */
static int copy_attributes(int from, int to) {
  ssize_t length = flistxattr(from, NULL, 0);
  if (length <= 0) return length < 0 && errno != ENOTSUP && errno != ENOSYS ? -errno : 0;
  char *names = malloc((size_t)length);
  if (!names) return -ENOMEM;
  int result = 0;
  length = flistxattr(from, names, (size_t)length);
  for (char *name = names; length > 0 && name < names + length; name += strlen(name) + 1) {
    ssize_t size = fgetxattr(from, name, NULL, 0);
    if (size < 0) continue;
    void *value = malloc(size ? (size_t)size : 1);
    if (!value) {
      result = -ENOMEM;
      break;
    }
    size = fgetxattr(from, name, value, (size_t)size);
    if (size >= 0 && fsetxattr(to, name, value, (size_t)size, 0) < 0 && errno != ENOTSUP && errno != ENOSYS &&
        errno != EPERM && errno != EACCES && errno != EINVAL)
      result = -errno;
    free(value);
    if (result < 0) break;
  }
  free(names);
  return result;
}

/* What a file system answers that keeps no owners, modes or times, such as FAT in user space. */
static int is_not_kept(int error) {
  return error == EPERM || error == ENOSYS || error == ENOTSUP;
}

int cwinnow_copy_metadata(int from, int to) {
  struct stat status;
  if (fstat(from, &status) < 0) return -errno;
  /* The owner first: giving a file away clears set-user bits and may end our right to change the rest. */
  if (fchown(to, status.st_uid, status.st_gid) < 0 && fchown(to, (uid_t)-1, status.st_gid) < 0 && errno != EINVAL &&
      !is_not_kept(errno))
    return -errno;
  int result = copy_attributes(from, to);
  if (result < 0) return result;
  if (fchmod(to, status.st_mode & 07777) < 0 && !is_not_kept(errno)) return -errno;
  struct timespec times[2] = {status.st_atim, status.st_mtim};
  return futimens(to, times) < 0 && !is_not_kept(errno) ? -errno : 0;
}

int cwinnow_set_rights(int descriptor, int64_t owner, int64_t group, int64_t mode) {
  /* The owner first: giving a file away clears set-user bits. */
  if ((owner >= 0 || group >= 0) && fchown(descriptor, (uid_t)owner, (gid_t)group) < 0) return -errno;
  return mode >= 0 && fchmod(descriptor, (mode_t)mode) < 0 ? -errno : 0;
}

int cwinnow_sync(int descriptor) {
  int result;
  RETRY(result, fsync(descriptor));
  ANSWER(result);
}

int cwinnow_sync_data(int descriptor) {
  int result;
  RETRY(result, fdatasync(descriptor));
  ANSWER(result);
}

int cwinnow_sync_file_system(int descriptor) {
  int result;
  RETRY(result, syncfs(descriptor));
  ANSWER(result);
}

int cwinnow_take_lease(int descriptor) {
  int result;
  RETRY(result, fcntl(descriptor, F_SETLEASE, F_RDLCK));
  ANSWER(result);
}

int cwinnow_drop_lease(int descriptor) {
  int result;
  RETRY(result, fcntl(descriptor, F_SETLEASE, F_UNLCK));
  ANSWER(result);
}

void cwinnow_ignore_lease_signal(void) { signal(SIGIO, SIG_IGN); }

int64_t cwinnow_read_folder(int descriptor, void *buffer, size_t capacity) {
  long result;
  RETRY(result, syscall(SYS_getdents64, descriptor, buffer, capacity));
  ANSWER(result);
}

size_t cwinnow_folder_entry(const void *buffer, size_t offset, uint8_t *type, const char **name, size_t *length) {
  const struct dirent64 *entry = (const struct dirent64 *)((const char *)buffer + offset);
  *type = entry->d_type;
  *name = entry->d_name;
  *length = strlen(entry->d_name);
  return offset + entry->d_reclen;
}

int cwinnow_lock_file(int descriptor, int *holder) {
  /* A record lock, since it tells the holder; nothing else in the process opens and closes this file. */
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (fcntl(descriptor, F_SETLK, &lock) == 0) return 0;
  int error = errno;
  struct flock other = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  *holder = fcntl(descriptor, F_GETLK, &other) == 0 && other.l_type != F_UNLCK ? (int)other.l_pid : 0;
  return error == EACCES ? -EAGAIN : -error;
}

int cwinnow_deny_write_execute(void) {
  /* 1: refuse the gain of execution; 2: children are free. */
  return prctl(PR_SET_MDWE, 1UL | 2UL, 0UL, 0UL, 0UL) < 0 ? -errno : 0;
}

int cwinnow_keep_capabilities_from_children(void) {
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0UL, 0UL, 0UL) < 0 ? -errno : 0;
}

int cwinnow_idle_io(void) {
  /* IOPRIO_WHO_PROCESS, this one; IOPRIO_CLASS_IDLE. */
  return syscall(SYS_ioprio_set, 1, 0, 3 << 13) < 0 ? -errno : 0;
}

void cwinnow_release_memory(void) { malloc_trim(0); }
