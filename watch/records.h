/*
 * The records on stdout; README.md lists them.
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef WINNOW_WATCH_RECORDS_H
#define WINNOW_WATCH_RECORDS_H

#include "folders.h"

/* A record of this type about the root, with this text behind its key. */
void say(char type, const struct root *root, const char *text);

/* A record about `name` in a folder. */
void say_path(char type, const struct folder *folder, const char *name);

/* Says that the root is not, or not wholly, watched; each reason once a flush. */
void say_lost(struct root *root, enum loss loss);

/* Says that the file has changed, unless that is said in what nobody has read yet. */
void say_changed(const struct folder *folder, const char *name);

/* The next change of the name is said even so: something else was said about it in between. */
void forget_change(const struct folder *folder, const char *name);

/* Hands over what was collected. Waits while the reader is behind: the kernel's queue then takes the load, and if it
 * overflows, that is said. Ends the program where nobody reads any more. */
void flush_records(void);

#endif
