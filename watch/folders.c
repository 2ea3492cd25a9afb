/*
 * The folders that are watched: two search trees and the links between them.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#define _GNU_SOURCE
#include "folders.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

int inotify_descriptor = -1;

static void *folders_by_watch, *folders_by_place;

_Noreturn void fail(const char *what, const char *remedy) {
  fprintf(stderr, "winnow-watch: %s: %s%s\n", what, strerror(errno), remedy);
  exit(1);
}

void *allocate(size_t size) {
  void *memory = calloc(1, size);
  if (!memory) fail("no memory", "");
  return memory;
}

static int compare_watches(const void *a, const void *b) {
  int x = ((const struct folder *)a)->watch, y = ((const struct folder *)b)->watch;
  return (x > y) - (x < y);
}

static int compare_children(const void *a, const void *b) {
  const struct folder *x = a, *y = b;
  if (x->parent != y->parent) return x->parent < y->parent ? -1 : 1;
  return strcmp(x->name, y->name);
}

static struct folder *make_folder(int watch, struct folder *parent, const char *name) {
  struct folder *folder = allocate(sizeof *folder + strlen(name) + 1);
  folder->watch = watch;
  folder->parent = parent;
  strcpy(folder->name, name);
  return folder;
}

struct folder *folder_of_watch(int watch) {
  struct folder key = {.watch = watch}, **found = tfind(&key, &folders_by_watch, compare_watches);
  return found ? *found : NULL;
}

struct folder *child_named(struct folder *parent, const char *name) {
  struct folder *key = make_folder(-1, parent, name), **found = tfind(key, &folders_by_place, compare_children);
  free(key);
  return found ? *found : NULL;
}

struct root *root_of(const struct folder *folder) {
  while (folder->parent) folder = folder->parent;
  return folder->root;
}

bool is_inside(const struct folder *folder, const struct folder *ancestor) {
  while (folder && folder != ancestor) folder = folder->parent;
  return folder != NULL;
}

struct folder *add_folder(int watch, struct folder *parent, const char *name) {
  struct folder *folder = make_folder(watch, parent, name);
  if (!tsearch(folder, &folders_by_watch, compare_watches)) fail("no memory", "");
  if (!parent) return folder;
  if (!tsearch(folder, &folders_by_place, compare_children)) fail("no memory", "");
  folder->next = parent->first;
  folder->link = &parent->first;
  if (folder->next) folder->next->link = &folder->next;
  parent->first = folder;
  return folder;
}

void drop_folder(struct folder *top) {
  struct folder *above = top->parent;
  for (struct folder *folder = top; folder != above;) {
    if (folder->first) {
      folder = folder->first;
      continue;
    }
    struct folder *parent = folder->parent;
    if (parent) {
      tdelete(folder, &folders_by_place, compare_children);
      *folder->link = folder->next;
      if (folder->next) folder->next->link = folder->link;
    } else {
      folder->root->top = NULL;
    }
    tdelete(folder, &folders_by_watch, compare_watches);
    inotify_rm_watch(inotify_descriptor, folder->watch); /* fails where the kernel was first */
    free(folder);
    folder = parent;
  }
}

const char *relative_path(const struct folder *folder, const char *name, char buffer[static PATH_MAX]) {
  char *start = buffer + PATH_MAX - 1;
  *start = '\0';
  for (;; name = folder->name, folder = folder->parent) {
    size_t length = strlen(name);
    bool separator = *start != '\0' && length > 0;
    if (length + separator > (size_t)(start - buffer)) return NULL;
    if (separator) *--start = '/';
    start -= length;
    memcpy(start, name, length);
    if (!folder->parent) return start;
  }
}
