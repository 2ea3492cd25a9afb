/* Conversion of decoded rows from an embedded ICC profile to sRGB. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    CWINNOW_IMAGE_GREY,
    CWINNOW_IMAGE_RGB,
    CWINNOW_IMAGE_CMYK,
} cwinnow_image_model;

typedef struct cwinnow_image_colour cwinnow_image_colour;

/*
 * A converter from `profile` to sRGB, with the perceptual intent. NULL when
 * there is nothing to convert: no profile, a broken one, one for another
 * colour model, or sRGB itself.
 */
cwinnow_image_colour *cwinnow_image_colour_open(cwinnow_image_model model, const uint8_t *profile, size_t count);
void cwinnow_image_colour_close(cwinnow_image_colour *colour);

/* Converts RGB pixels (for GREY: three equal channels) in place; without a converter they stay as they are. */
void cwinnow_image_colour_rgb(const cwinnow_image_colour *colour, uint8_t *pixels, size_t count);

/*
 * CMYK as Adobe writes it into JPEG, 255 meaning no ink, to RGB: through the
 * profile, or without a converter by Pillow's formula.
 */
void cwinnow_image_colour_cmyk(const cwinnow_image_colour *colour, const uint8_t *inks, uint8_t *pixels, size_t count);

#ifdef __cplusplus
}
#endif
