/*
 * Decoding and resampling for WinnowImaging: bytes of a picture in, RGB out.
 *
 * In C because libjpeg and libpng report errors by longjmp, which must not
 * cross a Swift frame, and because the resampler wants vector code for
 * several instruction sets. Every function is re-entrant and keeps nothing
 * between calls. No function opens a file or starts a process once
 * cwinnow_image_prepare() has returned.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a decoding ended. Each but DECODED comes with words in `detail`. */
typedef enum __attribute__((enum_extensibility(closed))) {
    CWINNOW_IMAGE_DECODED __attribute__((swift_name("decoded"))) = 0,
    /* The data end before the picture does. */
    CWINNOW_IMAGE_TRUNCATED __attribute__((swift_name("truncated"))),
    /* The data contradict the format, or use a part of it that this build does not read. */
    CWINNOW_IMAGE_CORRUPT __attribute__((swift_name("corrupt"))),
    /* The picture declares more pixels than allowed. */
    CWINNOW_IMAGE_TOO_LARGE __attribute__((swift_name("tooLarge"))),
    /* The deadline passed. */
    CWINNOW_IMAGE_TIMED_OUT __attribute__((swift_name("timedOut"))),
    /* More memory needed than allowed or than there is. */
    CWINNOW_IMAGE_OUT_OF_MEMORY __attribute__((swift_name("outOfMemory"))),
    /* A whole format that this build does not decode. */
    CWINNOW_IMAGE_UNSUPPORTED __attribute__((swift_name("unsupported"))),
} cwinnow_image_status;

typedef struct {
    /* Of the declared width times height, checked before memory is taken. */
    uint64_t max_pixels;
    /* Bytes for pixels and for a decoder's own whole-picture buffers. */
    uint64_t max_memory;
    /* Nanoseconds on CLOCK_MONOTONIC after which decoders give up; UINT64_MAX for never. */
    uint64_t deadline;
} cwinnow_image_limits;

/* How a file holds its picture. */
typedef struct {
    enum { CWINNOW_IMAGE_STORES_RGB, CWINNOW_IMAGE_STORES_GREY, CWINNOW_IMAGE_STORES_CMYK,
           CWINNOW_IMAGE_STORES_PALETTE } colour;
    /* Bits a sample; 0 means 8. */
    uint8_t bits;
    bool alpha;
    /* A profile other than sRGB's was applied. */
    bool converted;
    /* It holds more than one picture. */
    bool sequence;
} cwinnow_image_storage;

/*
 * A decoded picture. Start with all zeros; whatever the status, give it to
 * cwinnow_image_release() or take `pixels` over and free() it.
 */
typedef struct {
    /* RGB, 8 bits a channel, rows tightly packed; one spare byte follows the last row. */
    uint8_t *pixels;
    uint32_t width, height;
    /* What the file declares: larger than width and height after scaled decoding. */
    uint32_t full_width, full_height;
    /* The EXIF block from its byte-order mark on, or NULL. Its orientation is not applied yet. */
    uint8_t *exif;
    size_t exif_count;
    /* The container's own transformations were applied, so EXIF orientation must not be. */
    bool upright;
    cwinnow_image_storage storage;
    /* EXIF's orientation, 1 to 8, as a RAW says it outside its preview; else 0. Not applied yet. */
    uint8_t raw_orientation;
    /* For the user: what is wrong. */
    char detail[160];
} cwinnow_image_raster;

/* Loads what libheif and Little CMS load on first use, so that nothing is opened later. */
void cwinnow_image_prepare(void);

/*
 * JPEG. Decodes at the smallest of 1/8, 1/4, 1/2 and 1 whose shorter side is
 * still at least `minimum_shorter_side`; 0 means full size.
 */
cwinnow_image_status cwinnow_image_decode_jpeg(const uint8_t *bytes, size_t count, uint32_t minimum_shorter_side,
                                               const cwinnow_image_limits *limits, cwinnow_image_raster *raster);

/* PNG; of an animated one the default image. */
cwinnow_image_status cwinnow_image_decode_png(const uint8_t *bytes, size_t count, const cwinnow_image_limits *limits,
                                              cwinnow_image_raster *raster);

/* WebP; of an animated one the first frame on its canvas. */
cwinnow_image_status cwinnow_image_decode_webp(const uint8_t *bytes, size_t count, const cwinnow_image_limits *limits,
                                               cwinnow_image_raster *raster);

/* The first frame of a GIF on its logical screen. */
cwinnow_image_status cwinnow_image_decode_gif(const uint8_t *bytes, size_t count, const cwinnow_image_limits *limits,
                                              cwinnow_image_raster *raster);

/* The primary image of a HEIF file (HEIC, AVIF), with the file's own rotation, mirroring and crop applied. */
cwinnow_image_status cwinnow_image_decode_heif(const uint8_t *bytes, size_t count, const cwinnow_image_limits *limits,
                                               cwinnow_image_raster *raster);

/*
 * The preview that a camera put into a RAW (TIFF-like ones such as CR2, NEF, ARW, DNG, ORF and RW2; CR3; RAF), decoded
 * like a JPEG. UNSUPPORTED where LibRaw does not take the file for a RAW, or finds no JPEG in it.
 */
cwinnow_image_status cwinnow_image_decode_raw(const uint8_t *bytes, size_t count, uint32_t minimum_shorter_side,
                                              const cwinnow_image_limits *limits, cwinnow_image_raster *raster);

/* Turns the picture upright. `orientation` is EXIF's, 2 to 8; every other value changes nothing. */
cwinnow_image_status cwinnow_image_orient(cwinnow_image_raster *raster, uint32_t orientation,
                                          const cwinnow_image_limits *limits);

/* Frees what the raster owns and clears it. */
void cwinnow_image_release(cwinnow_image_raster *raster);

/*
 * A window of a picture resized to width x height, as Pillow's bilinear
 * filter computes it for 8-bit pixels, bit for bit. Only the window
 * (left, top, window_width, window_height), which lies within the resized
 * picture, is computed. `output` has output_stride bytes a row. `source` is
 * RGB with tightly packed rows and, as in a raster, one spare readable byte
 * at its end. False when memory is short.
 */
bool cwinnow_image_resize_window(const uint8_t *source, uint32_t source_width, uint32_t source_height, uint64_t width,
                                 uint64_t height, uint64_t left, uint64_t top, uint32_t window_width,
                                 uint32_t window_height, uint8_t *output, size_t output_stride);

/*
 * The mean luma of each cell of a side x side grid over an RGB picture. Cell
 * edges are rounded to whole pixels; a picture smaller than the grid repeats
 * pixels.
 */
void cwinnow_image_luma_grid(const uint8_t *source, uint32_t width, uint32_t height, uint32_t side, float *grid);

/* The mean red, green and blue of each cell of such a grid: 3 * side * side bytes. */
void cwinnow_image_colour_grid(const uint8_t *source, uint32_t width, uint32_t height, uint32_t side, uint8_t *grid);

/* What `cwinnow_image_measure` finds. Luma is ITU-R BT.601's, 0 to 255. */
typedef struct {
    uint64_t histogram[256];
    /* Variance of the 4-neighbour Laplacian of luma; 0 where a side has under three pixels. */
    double sharpness;
} cwinnow_image_figures;

/* Measures an RGB picture. False when memory is short. */
bool cwinnow_image_measure(const uint8_t *source, uint32_t width, uint32_t height, cwinnow_image_figures *figures);

/*
 * A baseline JPEG of an RGB picture, with optimised tables and without
 * metadata. `fine` keeps the colours of each pixel (4:4:4); else 4:2:0. On
 * success `bytes` is to be free()d. False when memory is short or the picture
 * is larger than JPEG allows (65,535 a side).
 */
bool cwinnow_image_encode_jpeg(const uint8_t *source, uint32_t width, uint32_t height, int quality, bool fine,
                               uint8_t **bytes, size_t *count);

/*
 * RGB pixels to floats through one 256-entry table a channel. `planar`
 * writes all of red, then green, then blue (CHW); else pixels stay
 * interleaved (HWC).
 */
void cwinnow_image_normalise(const uint8_t *source, size_t pixels, const float tables[3 * 256], bool planar,
                             float *output);

#ifdef __cplusplus
}
#endif
