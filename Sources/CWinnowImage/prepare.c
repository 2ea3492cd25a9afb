#include "CWinnowImage.h"

#include <libheif/heif.h>
#include <time.h>

/*
 * libheif reads a folder of codec plugins when it is first used; the count of
 * users that heif_init() raises is never lowered, so they stay loaded. Little
 * CMS dates the profiles it makes, for which the C library reads the time
 * zone.
 */
void cwinnow_image_prepare(void) {
    heif_init(NULL);
    tzset();
}
