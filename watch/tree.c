/*
 * Watching trees of folders. Libinotifytools' own way, children before their parent, loses files that come meanwhile,
 * and its table keeps dead watches; so the watches are set by the kernel's call on the library's descriptor.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#define _GNU_SOURCE
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "records.h"

struct root *roots;
size_t root_count;

/* A folder that was seen while reading its parent and is still to be watched. */
struct pending {
  struct pending *next;
  int parent;
  char name[];
};

static struct pending *pending;

void lose_root(struct root *root, enum loss loss) {
  if (root->gone) return;
  root->gone = true;
  say_lost(root, loss);
  if (root->top) drop_folder(root->top);
}

/* Opens the root, if its path still leads to the folder that we began with. */
static int open_root(struct root *root) {
  struct stat found;
  int descriptor = open(root->path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return -1;
  if (fstat(descriptor, &found) == 0) {
    if (!root->known) {
      root->device = found.st_dev;
      root->inode = found.st_ino;
      root->known = true;
    }
    if (found.st_dev == root->device && found.st_ino == root->inode) return descriptor;
  }
  close(descriptor);
  errno = ESTALE;
  return -1;
}

void check_root(struct root *root, enum loss loss) {
  int descriptor = open_root(root);
  if (descriptor < 0)
    lose_root(root, loss);
  else
    close(descriptor);
}

/* No descriptor of a folder stays open: it would keep a file system from being unmounted. */
static int open_folder(struct root *root, const char *path) {
  struct open_how how = {
      .flags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC,
      .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };
  int top = open_root(root);
  if (top < 0) {
    lose_root(root, loss_root_gone);
    return -1;
  }
  int descriptor = (int)syscall(SYS_openat2, top, path, &how, sizeof how);
  int error = errno;
  close(top);
  errno = error;
  return descriptor;
}

/* Watches the very folder that is open, whatever its path leads to by now. Returns -1 where that failed, which is
 * said. */
static int add_watch(struct root *root, int descriptor, uint32_t events) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
  int watch = inotify_add_watch(inotify_descriptor, path, events);
  if (watch < 0) say_lost(root, errno == ENOSPC ? loss_watch_limit : loss_error);
  return watch;
}

/* Reads an open and watched folder, and puts down the folders in it to be watched. Closes the descriptor. Hidden
 * folders are left out: nothing in them is ever an arrival. */
static void read_folder(struct folder *folder, int descriptor) {
  DIR *stream = fdopendir(descriptor);
  if (!stream) {
    close(descriptor);
    return say_lost(root_of(folder), loss_error);
  }
  for (struct dirent *entry; (errno = 0, entry = readdir(stream));) {
    struct stat found;
    if (entry->d_name[0] == '.') continue;
    if (entry->d_type == DT_UNKNOWN && fstatat(descriptor, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0)
      entry->d_type = IFTODT(found.st_mode);
    if (entry->d_type != DT_DIR) continue;
    struct pending *seen = allocate(sizeof *seen + strlen(entry->d_name) + 1);
    seen->parent = folder->watch;
    strcpy(seen->name, entry->d_name);
    seen->next = pending;
    pending = seen;
  }
  if (errno) say_lost(root_of(folder), loss_error);
  closedir(stream);
}

/* Watches one folder and then reads it, in this order: what comes into it later is an event. Returns whether it is new
 * to the reader: watched now and not before, or closed to us, which the reader's own look will show. */
static bool watch_folder(struct folder *parent, const char *name) {
  struct root *root = root_of(parent);
  char buffer[PATH_MAX];
  const char *path = relative_path(parent, name, buffer);
  if (!path) return say_lost(root, loss_error), false;
  int descriptor = open_folder(root, path);
  if (descriptor < 0) {
    bool gone_or_no_folder = root->gone || errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
    if (!gone_or_no_folder && errno != EACCES) say_lost(root, loss_error);
    return !gone_or_no_folder;
  }
  int watch = add_watch(root, descriptor, watched_events);
  struct folder *there = child_named(parent, name), *known = watch < 0 ? NULL : folder_of_watch(watch);
  if (known && known != there && !is_inside(parent, known) && known->parent) {
    /* It was moved here, or is mounted twice. Its new place counts, with all that is below. */
    drop_folder(known);
    watch = add_watch(root, descriptor, watched_events);
    known = NULL;
  }
  /* What is known already stays: at its place, as a root of its own, or as the mounted twin of a folder above. */
  if (watch < 0 || known) return close(descriptor), false;
  if (there) drop_folder(there);
  read_folder(add_folder(watch, parent, name), descriptor);
  return true;
}

static void watch_pending(void) {
  while (pending) {
    struct pending *seen = pending;
    pending = seen->next;
    struct folder *parent = folder_of_watch(seen->parent);
    if (parent) watch_folder(parent, seen->name);
    free(seen);
  }
}

bool watch_tree(struct folder *parent, const char *name) {
  if (!watch_folder(parent, name)) return false;
  watch_pending();
  return true;
}

/* Watches a root, without what is inside. */
static void watch_root(struct root *root) {
  int descriptor = open_root(root);
  if (descriptor < 0) return lose_root(root, loss_root_gone);
  int watch = add_watch(root, descriptor, watched_events);
  if (watch >= 0 && folder_of_watch(watch)) {
    say_lost(root, loss_error); /* named twice */
  } else if (watch >= 0) {
    root->top = add_folder(watch, NULL, "");
    root->top->root = root;
    /* A folder that somebody holds open does not tell of its own removal; the one above does. Best effort. */
    int above = openat(descriptor, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", above);
    root->above = inotify_add_watch(inotify_descriptor, path, vanished | IN_ONLYDIR | IN_MASK_ADD);
    close(above);
  }
  close(descriptor);
}

void watch_all(bool again) {
  for (size_t i = 0; i < root_count; i++)
    if (!roots[i].gone) watch_root(&roots[i]);
  for (size_t i = 0; i < root_count; i++) {
    struct root *root = &roots[i];
    if (!root->top) continue;
    int descriptor = root->flat ? -1 : open_root(root);
    if (descriptor >= 0) read_folder(root->top, descriptor);
    watch_pending();
    if (!root->top) continue;
    if (again)
      say_lost(root, loss_overflow);
    else
      say('r', root, "");
  }
}
