/* What the decoders share: limits, the picture under construction, and saying what went wrong. */
#pragma once
#include "CWinnowImage.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether `width` x `height` is allowed, before any memory is taken. Notes the full size. */
cwinnow_image_status cwinnow_image_declare(cwinnow_image_raster *raster, const cwinnow_image_limits *limits,
                                           uint64_t width, uint64_t height);

/*
 * Takes memory for width x height pixels, not cleared. `besides` is what the
 * decoder needs beyond them.
 */
cwinnow_image_status cwinnow_image_allocate(cwinnow_image_raster *raster, const cwinnow_image_limits *limits,
                                            uint32_t width, uint32_t height, uint64_t besides);

/* Keeps a copy of an EXIF block, with or without its "Exif\0\0" prefix. A block too short to be one is dropped. */
void cwinnow_image_keep_exif(cwinnow_image_raster *raster, const uint8_t *block, size_t count);

/* Writes the words and returns the status. */
__attribute__((format(printf, 3, 4))) cwinnow_image_status
cwinnow_image_fail(cwinnow_image_raster *raster, cwinnow_image_status status, const char *format, ...);

/* TIMED_OUT with words once the deadline has passed, else DECODED. */
cwinnow_image_status cwinnow_image_check_deadline(cwinnow_image_raster *raster, const cwinnow_image_limits *limits);

#ifdef __cplusplus
}
#endif
