/*
 * The records on stdout, collected and handed over in large pieces.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#define _GNU_SOURCE
#include "records.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A name inside a watched folder. */
struct place {
  int watch;
  char name[];
};

static char output[1 << 16];
static size_t output_length;
static unsigned long flushes = 1;

/* Names whose change is in `output` already, where nobody has read it yet: saying it again would add nothing. */
static void *said_changes;

static int compare_places(const void *a, const void *b) {
  const struct place *x = a, *y = b;
  if (x->watch != y->watch) return x->watch < y->watch ? -1 : 1;
  return strcmp(x->name, y->name);
}

static struct place *make_place(int watch, const char *name) {
  struct place *place = allocate(sizeof *place + strlen(name) + 1);
  place->watch = watch;
  strcpy(place->name, name);
  return place;
}

void flush_records(void) {
  for (size_t done = 0; done < output_length;) {
    ssize_t count = write(STDOUT_FILENO, output + done, output_length - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) exit(0);
    done += (size_t)count;
  }
  output_length = 0;
  tdestroy(said_changes, free);
  said_changes = NULL;
  flushes++;
}

void say(char type, const struct root *root, const char *text) {
  size_t needed = strlen(root->key) + strlen(text) + 3;
  if (needed > sizeof output - output_length) flush_records();
  output_length += (size_t)sprintf(output + output_length, "%c%s %s", type, root->key, text) + 1;
}

void say_path(char type, const struct folder *folder, const char *name) {
  char buffer[PATH_MAX];
  const char *path = relative_path(folder, name, buffer);
  if (path)
    say(type, root_of(folder), path);
  else
    say_lost(root_of(folder), loss_error);
}

void say_lost(struct root *root, enum loss loss) {
  static const char *names[loss_count] = {"overflow", "watch_limit", "root_gone", "unmounted", "error"};
  if (root->said_in[loss] == flushes) return;
  root->said_in[loss] = flushes;
  say('l', root, names[loss]);
}

void say_changed(const struct folder *folder, const char *name) {
  struct place *place = make_place(folder->watch, name);
  struct place **found = tsearch(place, &said_changes, compare_places);
  if (!found) fail("no memory", "");
  if (*found == place)
    say_path('c', folder, name);
  else
    free(place);
}

void forget_change(const struct folder *folder, const char *name) {
  struct place *key = make_place(folder->watch, name);
  struct place **found = tfind(key, &said_changes, compare_places);
  if (found) {
    struct place *place = *found;
    tdelete(key, &said_changes, compare_places);
    free(place);
  }
  free(key);
}
