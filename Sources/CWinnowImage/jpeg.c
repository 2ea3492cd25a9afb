#include "colour.h"
#include "raster.h"

#include <stdio.h> /* jpeglib.h needs it */
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>
#include <setjmp.h>

/*
 * Real progressive files have about ten scans. Each costs a pass over the
 * whole picture, so a small file with thousands is an attack (libjpeg-turbo's
 * doc/libjpeg.txt, "Progressive JPEG support"). Chosen, not measured.
 */
static const int most_scans = 200;

/* How many rows libjpeg is asked for at a time; it gives at most four. */
enum { rows_at_once = 4 };

typedef struct {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    /* What to return after an escape. */
    cwinnow_image_status status;
    /* libjpeg asked for more bytes than there are and was given an end mark. */
    bool data_ended;
    /* One bit for each component that some scan has held so far. */
    uint32_t scanned;
    const cwinnow_image_limits *limits;
    cwinnow_image_raster *raster;
    JOCTET *profile;
    cwinnow_image_colour *colour;
    /* Rows of CMYK, or NULL. */
    uint8_t *inks;
} jpeg_reader;

static jpeg_reader *reader_of(j_common_ptr jpeg) { return jpeg->client_data; }

static _Noreturn void escape(jpeg_reader *reader, cwinnow_image_status status) {
    reader->status = status;
    longjmp(reader->escape, 1);
}

static _Noreturn void give_up(jpeg_reader *reader) {
    char words[JMSG_LENGTH_MAX];
    reader->errors.format_message((j_common_ptr)&reader->jpeg, words);
    cwinnow_image_status status = reader->data_ended ? CWINNOW_IMAGE_TRUNCATED : CWINNOW_IMAGE_CORRUPT;
    if (reader->errors.msg_code == JERR_OUT_OF_MEMORY)
        status = CWINNOW_IMAGE_OUT_OF_MEMORY;
    if (reader->errors.msg_code == JERR_IMAGE_TOO_BIG)
        status = CWINNOW_IMAGE_TOO_LARGE;
    escape(reader, cwinnow_image_fail(reader->raster, status, status == CWINNOW_IMAGE_TRUNCATED
                                      ? "the JPEG data end early (%s)" : "%s", words));
}

static void on_error(j_common_ptr jpeg) { give_up(reader_of(jpeg)); }

/*
 * libjpeg only warns about damage and fills the rest with grey. Warnings that
 * mean lost pixels end the decoding; the others are about oddities that every
 * decoder reads past.
 */
static void on_message(j_common_ptr jpeg, int level) {
    if (level >= 0)
        return;
    switch (jpeg->err->msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
        give_up(reader_of(jpeg));
    default:
        jpeg->err->num_warnings++;
    }
}

static void on_text(j_common_ptr jpeg) { (void)jpeg; }

/* Called between rows and, in multi-scan files, for each row of blocks of each scan. */
static void on_progress(j_common_ptr common) {
    jpeg_reader *reader = reader_of(common);
    const j_decompress_ptr jpeg = &reader->jpeg;
    if (jpeg->input_scan_number > most_scans)
        escape(reader, cwinnow_image_fail(reader->raster, CWINNOW_IMAGE_CORRUPT, "the JPEG has more than %d scans",
                                          most_scans));
    for (int i = 0; i < jpeg->comps_in_scan; i++)
        reader->scanned |= 1u << jpeg->cur_comp_info[i]->component_index;
    const cwinnow_image_status status = cwinnow_image_check_deadline(reader->raster, reader->limits);
    if (status != CWINNOW_IMAGE_DECODED)
        escape(reader, status);
}

static void source_start(j_decompress_ptr jpeg) { (void)jpeg; }

/* The source is the whole file, so wanting more means that it ends early: libjpeg gets an end mark instead. */
static boolean source_fill(j_decompress_ptr jpeg) {
    static const JOCTET end_mark[] = {0xff, JPEG_EOI};
    reader_of((j_common_ptr)jpeg)->data_ended = true;
    jpeg->src->next_input_byte = end_mark;
    jpeg->src->bytes_in_buffer = sizeof end_mark;
    return TRUE;
}

static void source_skip(j_decompress_ptr jpeg, long count) {
    if (count <= 0)
        return;
    if ((size_t)count > jpeg->src->bytes_in_buffer) {
        source_fill(jpeg);
        return;
    }
    jpeg->src->next_input_byte += count;
    jpeg->src->bytes_in_buffer -= (size_t)count;
}

static void open_reader(jpeg_reader *reader, const uint8_t *bytes, size_t count) {
    const j_decompress_ptr jpeg = &reader->jpeg;
    jpeg->err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = on_error;
    reader->errors.emit_message = on_message;
    reader->errors.output_message = on_text;
    jpeg->client_data = reader;
    jpeg_create_decompress(jpeg);
    reader->progress.progress_monitor = on_progress;
    jpeg->progress = &reader->progress;
    reader->source = (struct jpeg_source_mgr){
        .next_input_byte = bytes,
        .bytes_in_buffer = count,
        .init_source = source_start,
        .fill_input_buffer = source_fill,
        .skip_input_data = source_skip,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = source_start,
    };
    jpeg->src = &reader->source;
}

static void keep_exif(jpeg_reader *reader) {
    for (jpeg_saved_marker_ptr marker = reader->jpeg.marker_list; marker != NULL; marker = marker->next)
        if (marker->marker == JPEG_APP0 + 1 && marker->data_length > 6 && memcmp(marker->data, "Exif\0", 6) == 0)
            cwinnow_image_keep_exif(reader->raster, marker->data, marker->data_length);
}

/* Sets the output colours: CMYK stays, everything else becomes RGB inside libjpeg. */
static void choose_colours(jpeg_reader *reader) {
    const j_decompress_ptr jpeg = &reader->jpeg;
    cwinnow_image_model model;
    switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE:
        model = CWINNOW_IMAGE_GREY;
        break;
    case JCS_RGB:
    case JCS_YCbCr:
        model = CWINNOW_IMAGE_RGB;
        break;
    case JCS_CMYK:
    case JCS_YCCK:
        model = CWINNOW_IMAGE_CMYK;
        break;
    default:
        escape(reader, cwinnow_image_fail(reader->raster, CWINNOW_IMAGE_CORRUPT, "a JPEG of %d unknown components",
                                          jpeg->num_components));
    }
    jpeg->out_color_space = model == CWINNOW_IMAGE_CMYK ? JCS_CMYK : JCS_RGB;

    cwinnow_image_storage *storage = &reader->raster->storage;
    storage->colour = model == CWINNOW_IMAGE_GREY   ? CWINNOW_IMAGE_STORES_GREY
                      : model == CWINNOW_IMAGE_CMYK ? CWINNOW_IMAGE_STORES_CMYK
                                                    : CWINNOW_IMAGE_STORES_RGB;
    unsigned int count = 0;
    if (jpeg_read_icc_profile(jpeg, &reader->profile, &count))
        reader->colour = cwinnow_image_colour_open(model, reader->profile, count);
    storage->converted = reader->colour != NULL;
}

/*
 * The smallest scale whose shorter side reaches the minimum. Only powers of
 * two: libjpeg-turbo has vector code for these, and the others take longer
 * than the full size.
 */
static void choose_scale(j_decompress_ptr jpeg, uint32_t minimum_shorter_side) {
    const uint32_t shorter = jpeg->image_width < jpeg->image_height ? jpeg->image_width : jpeg->image_height;
    unsigned int eighths = 8;
    while (minimum_shorter_side > 0 && eighths > 1
           && ((uint64_t)shorter * (eighths / 2) + 7) / 8 >= minimum_shorter_side)
        eighths /= 2;
    jpeg->scale_num = eighths;
    jpeg->scale_denom = 8;
    jpeg_calc_output_dimensions(jpeg);
}

/* A file of several scans is kept whole as coefficients, 2 bytes each, before the first row comes out. */
static uint64_t coefficient_bytes(j_decompress_ptr jpeg) {
    if (!jpeg_has_multiple_scans(jpeg))
        return 0;
    uint64_t blocks = 0;
    for (int i = 0; i < jpeg->num_components; i++) {
        const jpeg_component_info *component = &jpeg->comp_info[i];
        blocks += ((uint64_t)component->width_in_blocks + (uint64_t)component->h_samp_factor)
                  * ((uint64_t)component->height_in_blocks + (uint64_t)component->v_samp_factor);
    }
    return blocks * DCTSIZE2 * sizeof(JCOEF);
}

/* Whether everything that the header promises has come, although the end mark has not. */
static bool is_complete(const jpeg_reader *reader) {
    const struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    /* An arithmetic decoder reads zeros beyond the end without a warning. */
    if (jpeg->arith_code)
        return false;
    if (reader->scanned != (1u << jpeg->num_components) - 1)
        return false;
    if (jpeg->progressive_mode && jpeg->coef_bits != NULL)
        for (int component = 0; component < jpeg->num_components; component++)
            for (int i = 0; i < DCTSIZE2; i++)
                if (jpeg->coef_bits[component][i] != 0)
                    return false;
    return true;
}

static void read_rows(jpeg_reader *reader) {
    const j_decompress_ptr jpeg = &reader->jpeg;
    cwinnow_image_raster *raster = reader->raster;
    const size_t stride = (size_t)raster->width * 3;
    const size_t ink_stride = (size_t)raster->width * 4;
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW rows[rows_at_once];
        uint8_t *first = raster->pixels + jpeg->output_scanline * stride;
        const JDIMENSION left = jpeg->output_height - jpeg->output_scanline;
        const JDIMENSION wanted = left < rows_at_once ? left : rows_at_once;
        for (JDIMENSION i = 0; i < wanted; i++)
            rows[i] = reader->inks ? reader->inks + i * ink_stride : first + i * stride;
        const JDIMENSION got = jpeg_read_scanlines(jpeg, rows, wanted);
        if (reader->inks)
            cwinnow_image_colour_cmyk(reader->colour, reader->inks, first, (size_t)got * raster->width);
        else
            cwinnow_image_colour_rgb(reader->colour, first, (size_t)got * raster->width);
    }
}

/* The one function that libjpeg's errors jump back to; all that must survive the jump lives in the reader. */
static cwinnow_image_status read_picture(jpeg_reader *reader, uint32_t minimum_shorter_side) {
    if (setjmp(reader->escape) != 0)
        return reader->status;
    const j_decompress_ptr jpeg = &reader->jpeg;
    jpeg_save_markers(jpeg, JPEG_APP0 + 1, 0xffff);
    jpeg_save_markers(jpeg, JPEG_APP0 + 2, 0xffff);
    jpeg_read_header(jpeg, TRUE);
    cwinnow_image_status status =
        cwinnow_image_declare(reader->raster, reader->limits, jpeg->image_width, jpeg->image_height);
    if (status != CWINNOW_IMAGE_DECODED)
        return status;
    keep_exif(reader);
    choose_colours(reader);
    choose_scale(jpeg, minimum_shorter_side);
    status = cwinnow_image_allocate(reader->raster, reader->limits, jpeg->output_width, jpeg->output_height,
                                    coefficient_bytes(jpeg));
    if (status != CWINNOW_IMAGE_DECODED)
        return status;
    if (jpeg->out_color_space == JCS_CMYK) {
        reader->inks = malloc((size_t)jpeg->output_width * 4 * rows_at_once);
        if (reader->inks == NULL)
            return cwinnow_image_fail(reader->raster, CWINNOW_IMAGE_OUT_OF_MEMORY, "no memory for a row");
    }
    jpeg_start_decompress(jpeg);
    read_rows(reader);
    if (reader->data_ended && !is_complete(reader))
        return cwinnow_image_fail(reader->raster, CWINNOW_IMAGE_TRUNCATED, "the JPEG data end before the last scan");
    return CWINNOW_IMAGE_DECODED;
}

cwinnow_image_status cwinnow_image_decode_jpeg(const uint8_t *bytes, size_t count, uint32_t minimum_shorter_side,
                                               const cwinnow_image_limits *limits, cwinnow_image_raster *raster) {
    jpeg_reader reader = {.limits = limits, .raster = raster};
    open_reader(&reader, bytes, count);
    const cwinnow_image_status status = read_picture(&reader, minimum_shorter_side);
    jpeg_destroy_decompress(&reader.jpeg);
    cwinnow_image_colour_close(reader.colour);
    free(reader.profile);
    free(reader.inks);
    return status;
}
