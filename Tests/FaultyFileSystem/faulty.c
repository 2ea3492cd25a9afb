/* A file system in user space for tests: shows a folder, without what some file systems lack, and fails on demand.
 *
 *   faulty FOLDER MOUNTPOINT -f [-o no_noreplace] [-o no_links] [-o own_inodes] [-o no_case] [-o faults=FILE]
 *
 * no_noreplace  a rename that does not replace is refused, as over NFS
 * no_links      there are no links of either kind, as on FAT
 * own_inodes    inode numbers are this process's own, as with sshfs: another after each mount
 * no_case       a name is found in any spelling, as on FAT
 * faults        while FILE is there, calls fail: it holds an errno and the names of the calls, or no names for all
 *
 * The tests compile it where libfuse3 is there. */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

static struct {
  char *folder, *faults;
  int no_noreplace, no_links, own_inodes, no_case;
} options;

#define OPTION(text, field) {text, offsetof(__typeof__(options), field), 1}
static const struct fuse_opt known[] = {OPTION("no_noreplace", no_noreplace), OPTION("no_links", no_links),
                                        OPTION("own_inodes", own_inodes), OPTION("no_case", no_case),
                                        OPTION("faults=%s", faults), FUSE_OPT_END};

static int base;

/* What the call is to fail with now; 0 for nothing. */
static int fault(const char *call) {
  char text[256] = "";
  int file = options.faults ? open(options.faults, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return 0;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return 0;
  char *rest, *name = strtok_r(text, " \n", &rest);
  int error = name ? atoi(name) : 0;
  name = strtok_r(NULL, " \n", &rest);
  if (!name) return -error;
  for (; name; name = strtok_r(NULL, " \n", &rest))
    if (!strcmp(name, call)) return -error;
  return 0;
}

#define FAIL_IF_TOLD(call)                                                                                           \
  do {                                                                                                               \
    int error = fault(call);                                                                                         \
    if (error) return error;                                                                                         \
  } while (0)
#define ANSWER(result) return (result) < 0 ? -errno : 0

/* Gives the last name of a path the spelling that it has in its folder, if it is there in another. */
static void respell(const char *path, char *name) {
  int folder = openat(base, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (name > path) {
    close(folder);
    name[-1] = 0;
    folder = openat(base, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    name[-1] = '/';
  }
  DIR *stream = folder < 0 ? NULL : fdopendir(folder);
  if (!stream) return;
  for (struct dirent *entry; (entry = readdir(stream));)
    if (!strcasecmp(entry->d_name, name)) memcpy(name, entry->d_name, strlen(name));
  closedir(stream);
}

/* The path below the folder; the answer is good for four calls. */
static const char *below(const char *path) {
  static _Thread_local char answers[4][4096];
  static _Thread_local unsigned turn;
  if (!path[1]) return ".";
  if (!options.no_case) return path + 1;
  char *answer = answers[turn++ % 4];
  snprintf(answer, sizeof answers[0], "%s", path + 1);
  for (char *name = answer, *end; *name; name = end + 1) {
    end = strchrnul(name, '/');
    char kept = *end;
    *end = 0;
    struct stat status;
    if (fstatat(base, answer, &status, AT_SYMLINK_NOFOLLOW)) respell(answer, name);
    *end = kept;
    if (!kept) break;
  }
  return answer;
}

#define BELOW(path) below(path)

static int do_getattr(const char *path, struct stat *status, struct fuse_file_info *file) {
  FAIL_IF_TOLD("getattr");
  ANSWER(file ? fstat((int)file->fh, status) : fstatat(base, BELOW(path), status, AT_SYMLINK_NOFOLLOW));
}

static int do_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *file,
                      enum fuse_readdir_flags flags) {
  (void)offset, (void)file, (void)flags;
  FAIL_IF_TOLD("readdir");
  int folder = openat(base, BELOW(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *stream = folder < 0 ? NULL : fdopendir(folder);
  if (!stream) return -errno;
  for (struct dirent *entry; (entry = readdir(stream));) {
    struct stat status = {.st_ino = entry->d_ino, .st_mode = (mode_t)entry->d_type << 12};
    if (fill(buffer, entry->d_name, &status, 0, 0)) break;
  }
  closedir(stream);
  return 0;
}

static int do_open(const char *path, struct fuse_file_info *file) {
  FAIL_IF_TOLD("open");
  int opened = openat(base, BELOW(path), (file->flags & ~O_NOFOLLOW) | O_CLOEXEC);
  if (opened < 0) return -errno;
  file->fh = (uint64_t)opened;
  return 0;
}

static int do_create(const char *path, mode_t mode, struct fuse_file_info *file) {
  FAIL_IF_TOLD("create");
  int made = openat(base, BELOW(path), file->flags | O_CREAT | O_CLOEXEC, mode);
  if (made < 0) return -errno;
  file->fh = (uint64_t)made;
  return 0;
}

static int do_read(const char *path, char *buffer, size_t size, off_t offset, struct fuse_file_info *file) {
  (void)path;
  FAIL_IF_TOLD("read");
  ssize_t count = pread((int)file->fh, buffer, size, offset);
  return count < 0 ? -errno : (int)count;
}

static int do_write(const char *path, const char *buffer, size_t size, off_t offset, struct fuse_file_info *file) {
  (void)path;
  FAIL_IF_TOLD("write");
  ssize_t count = pwrite((int)file->fh, buffer, size, offset);
  return count < 0 ? -errno : (int)count;
}

static int do_release(const char *path, struct fuse_file_info *file) {
  (void)path;
  ANSWER(close((int)file->fh));
}

static int do_fsync(const char *path, int data, struct fuse_file_info *file) {
  (void)path, (void)data;
  FAIL_IF_TOLD("fsync");
  ANSWER(fsync((int)file->fh));
}

static int do_fsyncdir(const char *path, int data, struct fuse_file_info *file) {
  (void)path, (void)data, (void)file;
  FAIL_IF_TOLD("fsync");
  return 0;
}

static int do_rename(const char *from, const char *to, unsigned flags) {
  FAIL_IF_TOLD("rename");
  if (flags && options.no_noreplace) return -EINVAL;
  ANSWER(renameat2(base, BELOW(from), base, BELOW(to), flags));
}

static int do_link(const char *from, const char *to) {
  FAIL_IF_TOLD("link");
  if (options.no_links) return -EPERM;
  ANSWER(linkat(base, BELOW(from), base, BELOW(to), 0));
}

static int do_symlink(const char *target, const char *path) {
  FAIL_IF_TOLD("link");
  if (options.no_links) return -EPERM;
  ANSWER(symlinkat(target, base, BELOW(path)));
}

static int do_readlink(const char *path, char *buffer, size_t size) {
  ssize_t count = readlinkat(base, BELOW(path), buffer, size - 1);
  if (count < 0) return -errno;
  buffer[count] = 0;
  return 0;
}

static int do_unlink(const char *path) {
  FAIL_IF_TOLD("unlink");
  ANSWER(unlinkat(base, BELOW(path), 0));
}

static int do_mkdir(const char *path, mode_t mode) {
  FAIL_IF_TOLD("mkdir");
  ANSWER(mkdirat(base, BELOW(path), mode));
}

static int do_rmdir(const char *path) {
  FAIL_IF_TOLD("rmdir");
  ANSWER(unlinkat(base, BELOW(path), AT_REMOVEDIR));
}

static int do_chmod(const char *path, mode_t mode, struct fuse_file_info *file) {
  FAIL_IF_TOLD("chmod");
  ANSWER(file ? fchmod((int)file->fh, mode) : fchmodat(base, BELOW(path), mode, 0));
}

static int do_chown(const char *path, uid_t user, gid_t group, struct fuse_file_info *file) {
  FAIL_IF_TOLD("chown");
  ANSWER(file ? fchown((int)file->fh, user, group) : fchownat(base, BELOW(path), user, group, AT_SYMLINK_NOFOLLOW));
}

static int do_utimens(const char *path, const struct timespec times[2], struct fuse_file_info *file) {
  FAIL_IF_TOLD("utimens");
  ANSWER(file ? futimens((int)file->fh, times) : utimensat(base, BELOW(path), times, AT_SYMLINK_NOFOLLOW));
}

static int do_truncate(const char *path, off_t size, struct fuse_file_info *file) {
  FAIL_IF_TOLD("truncate");
  if (file) ANSWER(ftruncate((int)file->fh, size));
  int opened = openat(base, BELOW(path), O_WRONLY | O_CLOEXEC);
  if (opened < 0) return -errno;
  int result = ftruncate(opened, size) < 0 ? -errno : 0;
  close(opened);
  return result;
}

static int do_statfs(const char *path, struct statvfs *status) {
  (void)path;
  FAIL_IF_TOLD("statfs");
  ANSWER(fstatvfs(base, status));
}

static void *start(struct fuse_conn_info *connection, struct fuse_config *config) {
  (void)connection;
  config->use_ino = !options.own_inodes;
  config->entry_timeout = config->attr_timeout = 0;
  return NULL;
}

static const struct fuse_operations operations = {
    .init = start,       .getattr = do_getattr,   .readdir = do_readdir,   .open = do_open,   .create = do_create,
    .read = do_read,     .write = do_write,       .release = do_release,   .fsync = do_fsync, .fsyncdir = do_fsyncdir,
    .rename = do_rename, .link = do_link,         .unlink = do_unlink,     .mkdir = do_mkdir, .rmdir = do_rmdir,
    .chmod = do_chmod,   .chown = do_chown,       .utimens = do_utimens,   .statfs = do_statfs,
    .truncate = do_truncate, .symlink = do_symlink, .readlink = do_readlink,
};

/* The first argument that is no option is the folder, the second the mount point. */
static int argument(void *data, const char *text, int key, struct fuse_args *arguments) {
  (void)data, (void)arguments;
  if (key != FUSE_OPT_KEY_NONOPT || options.folder) return 1;
  options.folder = strdup(text);
  return 0;
}

int main(int count, char **values) {
  struct fuse_args arguments = FUSE_ARGS_INIT(count, values);
  if (fuse_opt_parse(&arguments, &options, known, argument) || !options.folder) return 2;
  base = open(options.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (base < 0) {
    perror(options.folder);
    return 1;
  }
  umask(0);
  return fuse_main(arguments.argc, arguments.argv, &operations, NULL);
}
