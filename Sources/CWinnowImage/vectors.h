#pragma once

/*
 * Compiled for each of these levels and chosen when the program is loaded.
 * Not under AddressSanitizer, whose runtime is not ready when the choice is
 * made.
 */
#if defined(__x86_64__) && !__has_feature(address_sanitizer)
#define CWINNOW_IMAGE_VECTORS __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define CWINNOW_IMAGE_VECTORS
#endif
