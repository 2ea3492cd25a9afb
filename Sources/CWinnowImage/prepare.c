#include "CWinnowImage.h"

#include <libheif/heif.h>
#include <malloc.h>
#include <time.h>

/*
 * libheif reads a folder of codec plugins when it is first used; the count of
 * users that heif_init() raises is never lowered, so they stay loaded. Little
 * CMS dates the profiles it makes, for which the C library reads the time
 * zone.
 *
 * The buffers of small pictures come from memory that was used before: left to
 * itself, malloc gives them back each time, and the kernel clears their pages
 * anew, a sixth of the time that a photo of 0.1 megapixels takes. At most
 * 16 MiB a thread are kept.
 */
void cwinnow_image_prepare(void) {
    heif_init(NULL);
    tzset();
    mallopt(M_MMAP_THRESHOLD, 8 << 20);
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
}
