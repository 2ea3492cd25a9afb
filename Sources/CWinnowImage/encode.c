#include "CWinnowImage.h"

#include <setjmp.h>
#include <stdio.h> /* jpeglib.h needs it */
#include <stdlib.h>

#include <jpeglib.h>

typedef struct {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    jmp_buf escape;
    uint8_t *bytes;
    unsigned long count;
} jpeg_writer;

static _Noreturn void on_error(j_common_ptr jpeg) {
    jpeg_writer *writer = jpeg->client_data;
    longjmp(writer->escape, 1);
}

static void on_text(j_common_ptr jpeg) { (void)jpeg; }

/* The one function that libjpeg's errors jump back to; all that must survive the jump lives in the writer. */
static bool write_picture(jpeg_writer *writer, const uint8_t *source, uint32_t width, uint32_t height, int quality,
                          bool fine) {
    if (setjmp(writer->escape) != 0)
        return false;
    const j_compress_ptr jpeg = &writer->jpeg;
    jpeg_create_compress(jpeg);
    jpeg_mem_dest(jpeg, &writer->bytes, &writer->count);
    jpeg->image_width = width;
    jpeg->image_height = height;
    jpeg->input_components = 3;
    jpeg->in_color_space = JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, quality, TRUE);
    jpeg->optimize_coding = TRUE;
    if (fine)
        for (int i = 0; i < jpeg->num_components; i++)
            jpeg->comp_info[i].h_samp_factor = jpeg->comp_info[i].v_samp_factor = 1;
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < jpeg->image_height) {
        JSAMPROW row = (JSAMPROW)(source + (size_t)jpeg->next_scanline * width * 3);
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
    return true;
}

bool cwinnow_image_encode_jpeg(const uint8_t *source, uint32_t width, uint32_t height, int quality, bool fine,
                               uint8_t **bytes, size_t *count) {
    jpeg_writer writer = {0};
    writer.jpeg.err = jpeg_std_error(&writer.errors);
    writer.errors.error_exit = on_error;
    writer.errors.output_message = on_text;
    writer.jpeg.client_data = &writer;
    const bool written = write_picture(&writer, source, width, height, quality, fine);
    jpeg_destroy_compress(&writer.jpeg);
    if (!written) {
        free(writer.bytes);
        return false;
    }
    *bytes = writer.bytes;
    *count = writer.count;
    return true;
}
