/* ICC profiles of three primaries and three curves, which cameras, phones and screens have. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    /* Linear light, 0 to 1, of each value of red, green and blue. */
    float curves[3][256];
    /* Row by row: linear RGB to XYZ, adapted to D50. */
    double to_xyz[3][3];
} cwinnow_image_matrix_profile;

/*
 * Reads a profile. False if it is broken or of another kind: another colour
 * model, or tables instead of a matrix. Any bytes are safe to give.
 *
 * Little CMS would read these too, but takes 3 ms to build a conversion and
 * 10 ns for each pixel, twice as long as decoding a small JPEG; most
 * photographs that have a profile have one of these.
 */
bool cwinnow_image_matrix_profile_read(cwinnow_image_matrix_profile *matrix, const uint8_t *profile, size_t count);

/* Whether it is sRGB to within what 8 bits show. Names are not trusted: many profiles carry a borrowed one. */
bool cwinnow_image_matrix_profile_is_srgb(const cwinnow_image_matrix_profile *matrix);

/* A conversion to sRGB, its tables filled in. */
typedef struct {
    float curves[3][256];
    float to_srgb[3][3];
    /* The value of a linear light of index / 16,383. Fine enough: the steepest part changes by 0.2 an entry. */
    uint8_t values[16384];
} cwinnow_image_matrix_conversion;

void cwinnow_image_matrix_conversion_fill(cwinnow_image_matrix_conversion *conversion,
                                          const cwinnow_image_matrix_profile *matrix);
void cwinnow_image_matrix_convert(const cwinnow_image_matrix_conversion *conversion, uint8_t *pixels, size_t count);
