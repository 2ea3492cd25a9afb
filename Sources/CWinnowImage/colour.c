#include "colour.h"
#include "matrix_profile.h"

#include <lcms2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Which of the three ways a converter goes. */
typedef enum { THROUGH_GREYS, THROUGH_MATRIX, THROUGH_LITTLE_CMS } way;

struct cwinnow_image_colour {
    way way;
    union {
        /* What each grey becomes. */
        uint8_t greys[256 * 3];
        cwinnow_image_matrix_conversion matrix;
        struct {
            cmsContext context;
            cmsHTRANSFORM transform;
        } cms;
    };
};

/* The largest profile looked at. Real ones, printers' included, stay below 4 MB; chosen, not measured. */
static const size_t largest_profile = 16u << 20;

static cmsHTRANSFORM open_transform(cmsContext context, cwinnow_image_model model, const uint8_t *bytes,
                                    size_t count) {
    static const cmsColorSpaceSignature spaces[] = {cmsSigGrayData, cmsSigRgbData, cmsSigCmykData};
    static const cmsUInt32Number formats[] = {TYPE_GRAY_8, TYPE_RGB_8, TYPE_CMYK_8_REV};
    cmsHTRANSFORM transform = NULL;
    cmsHPROFILE source = cmsOpenProfileFromMemTHR(context, bytes, (cmsUInt32Number)count);
    if (source == NULL)
        return NULL;
    if (cmsGetColorSpace(source) == spaces[model]) {
        cmsHPROFILE target = cmsCreate_sRGBProfileTHR(context);
        if (target != NULL) {
            transform = cmsCreateTransformTHR(context, source, formats[model], target, TYPE_RGB_8, INTENT_PERCEPTUAL,
                                              cmsFLAGS_NOCACHE);
            cmsCloseProfile(target);
        }
    }
    cmsCloseProfile(source);
    return transform;
}

/* Through Little CMS; a context of its own, so that threads share no state. */
static bool open_cms(cwinnow_image_colour *colour, cwinnow_image_model model, const uint8_t *profile, size_t count) {
    cmsContext context = cmsCreateContext(NULL, NULL);
    if (context == NULL)
        return false;
    cmsHTRANSFORM transform = open_transform(context, model, profile, count);
    if (transform != NULL && model != CWINNOW_IMAGE_GREY) {
        colour->way = THROUGH_LITTLE_CMS;
        colour->cms.context = context;
        colour->cms.transform = transform;
        return true;
    }
    if (transform != NULL) {
        uint8_t ramp[256];
        for (int value = 0; value < 256; value++)
            ramp[value] = (uint8_t)value;
        colour->way = THROUGH_GREYS;
        cmsDoTransform(transform, ramp, colour->greys, 256);
        cmsDeleteTransform(transform);
    }
    cmsDeleteContext(context);
    return transform != NULL;
}

cwinnow_image_colour *cwinnow_image_colour_open(cwinnow_image_model model, const uint8_t *profile, size_t count) {
    if (profile == NULL || count > largest_profile)
        return NULL;
    cwinnow_image_matrix_profile matrix;
    const bool is_matrix =
        model == CWINNOW_IMAGE_RGB && cwinnow_image_matrix_profile_read(&matrix, profile, count);
    if (is_matrix && cwinnow_image_matrix_profile_is_srgb(&matrix))
        return NULL;
    cwinnow_image_colour *colour = malloc(sizeof *colour);
    if (colour == NULL)
        return NULL;
    if (is_matrix) {
        colour->way = THROUGH_MATRIX;
        cwinnow_image_matrix_conversion_fill(&colour->matrix, &matrix);
    } else if (!open_cms(colour, model, profile, count)) {
        free(colour);
        return NULL;
    }
    return colour;
}

void cwinnow_image_colour_close(cwinnow_image_colour *colour) {
    if (colour != NULL && colour->way == THROUGH_LITTLE_CMS) {
        cmsDeleteTransform(colour->cms.transform);
        cmsDeleteContext(colour->cms.context);
    }
    free(colour);
}

void cwinnow_image_colour_rgb(const cwinnow_image_colour *colour, uint8_t *pixels, size_t count) {
    if (colour == NULL)
        return;
    switch (colour->way) {
    case THROUGH_GREYS:
        for (size_t i = 0; i < count; i++)
            memcpy(pixels + 3 * i, colour->greys + 3 * pixels[3 * i], 3);
        return;
    case THROUGH_MATRIX:
        cwinnow_image_matrix_convert(&colour->matrix, pixels, count);
        return;
    case THROUGH_LITTLE_CMS:
        cmsDoTransform(colour->cms.transform, pixels, pixels, (cmsUInt32Number)count);
        return;
    }
}

/* a x b / 255, rounded as Pillow's MULDIV255 (src/libImaging/ImagingUtils.h). */
static unsigned multiply(unsigned a, unsigned b) {
    const unsigned product = a * b + 128;
    return ((product >> 8) + product) >> 8;
}

void cwinnow_image_colour_cmyk(const cwinnow_image_colour *colour, const uint8_t *inks, uint8_t *pixels, size_t count) {
    if (colour != NULL) {
        cmsDoTransform(colour->cms.transform, inks, pixels, (cmsUInt32Number)count);
        return;
    }
    /* Pillow's cmyk2rgb (src/libImaging/Convert.c); `inks` is inverted already. */
    for (size_t i = 0; i < count; i++) {
        const unsigned white = inks[4 * i + 3];
        for (size_t channel = 0; channel < 3; channel++) {
            const unsigned darkened = multiply(255u - inks[4 * i + channel], white);
            pixels[3 * i + channel] = (uint8_t)(white > darkened ? white - darkened : 0);
        }
    }
}
