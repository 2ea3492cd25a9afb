/*
 * The folders that are watched, found by their watch and by their place in the tree.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef WINNOW_WATCH_FOLDERS_H
#define WINNOW_WATCH_FOLDERS_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/* Why a root is not, or not wholly, watched. */
enum loss { loss_overflow, loss_watch_limit, loss_root_gone, loss_unmounted, loss_error, loss_count };

/* A folder tree named on the command line. */
struct root {
  const char *key;
  const char *path;
  bool flat;           /* only the folder itself, not the folders inside it */
  dev_t device;        /* which folder it was when we began */
  ino_t inode;
  bool known;          /* device and inode are set */
  int above;           /* watch of the folder that holds the root, or -1 */
  struct folder *top;  /* NULL while it is not watched */
  bool gone;           /* for good: the daemon starts us anew when it is back */
  unsigned long said_in[loss_count]; /* the flush of records that tells of this loss already; see records.c */
};

/* A watched folder. Its path is its name behind its parent's path, so a rename mends a whole tree at once. */
struct folder {
  int watch;
  struct folder *parent;               /* NULL for a root */
  struct root *root;                   /* of a root only */
  struct folder *first, *next, **link; /* children, siblings, and the pointer that points here */
  char name[];
};

/* libinotifytools' own descriptor, found out by start_library in main.c. */
extern int inotify_descriptor;

/* Both end the program where they cannot do as asked. */
_Noreturn void fail(const char *what, const char *remedy);
void *allocate(size_t size);

struct folder *folder_of_watch(int watch);
struct folder *child_named(struct folder *parent, const char *name);
struct root *root_of(const struct folder *folder);
bool is_inside(const struct folder *folder, const struct folder *ancestor);

/* Enters a watched folder; `parent` is NULL for a root. */
struct folder *add_folder(int watch, struct folder *parent, const char *name);

/* Stops watching a folder and all below it. */
void drop_folder(struct folder *top);

/* Writes the path of `name` in `folder`, relative to the root, into the end of `buffer`; "" is the folder itself.
 * NULL where it is longer than the kernel takes in one call. */
const char *relative_path(const struct folder *folder, const char *name, char buffer[static PATH_MAX]);

#endif
