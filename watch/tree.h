/*
 * Watching trees of folders.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef WINNOW_WATCH_TREE_H
#define WINNOW_WATCH_TREE_H

#include <stddef.h>
#include <sys/inotify.h>

#include "folders.h"

enum {
  appeared = IN_CREATE | IN_MOVED_TO,
  vanished = IN_DELETE | IN_MOVED_FROM,
  changed = IN_CREATE | IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE,
  watched_events = appeared | vanished | changed | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR,
};

extern struct root *roots;
extern size_t root_count;

/* Starts from nothing: the roots first, so that a root inside another is nobody else's, then all that is in them.
 * Then a record for each says that a scan by the reader misses nothing any more: that it is ready, or, where this is
 * done again, that events were lost. */
void watch_all(bool again);

/* Watches a folder with all that are in it. Returns whether the reader has to look into it. */
bool watch_tree(struct folder *parent, const char *name);

/* Gives a root up, for this reason, where its path leads elsewhere by now. */
void check_root(struct root *root, enum loss loss);

void lose_root(struct root *root, enum loss loss);

#endif
