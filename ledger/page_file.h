/*
 * page_file.h - pages of one size in a temporary file, the latest of them in memory.
 *
 *  (1) At most PAGE_FILE_CACHE_PAGES pages are in memory: 4 MiB, whatever the file holds.
 *      The one that was asked for longest ago makes room for another.
 *  (2) A page that comes back from the disk is the one that was sent there: its first
 *      bytes hold a sum that is looked at. What a disk garbles is an error, ERR_IO, and
 *      no verdict on what is being verified.
 */
#ifndef ARRONDI_LEDGER_PAGE_FILE_H
#define ARRONDI_LEDGER_PAGE_FILE_H

#include <stdint.h>

#include "keys/fault.h"

#define PAGE_BYTES            8192
#define PAGE_SUM_BYTES        8 /* at a page's beginning; the file's own */
#define PAGE_FILE_CACHE_PAGES 512
/* A page given stays where it is until so many others were asked for. */
#define PAGE_FILE_HELD_PAGES 32

struct page_file;

/* Makes an empty one. Its file is made in folder `dir` once there are more pages than the
 * cache has room for; `dir`, and `holds`, which is for faults, outlive it. ERR_MEMORY.
 * The caller gives it back to page_file_free(), which takes NULL, too. */
MUST_USE enum err page_file_open(const char *dir, const char *holds,
				 struct page_file **ret_file, struct fault *fault);
void page_file_free(struct page_file *file);

/* A page to look at, or to change. The number is one that page_file_add() gave. ERR_IO,
 * ERR_MEMORY, as of all that follow. */
MUST_USE enum err page_file_read(struct page_file *file, uint32_t number,
				 const uint8_t **ret_page, struct fault *fault);
MUST_USE enum err page_file_change(struct page_file *file, uint32_t number,
				   uint8_t **ret_page, struct fault *fault);

/* A new page of zeroes, to be written. ERR_IO past 2^32 - 1 pages. */
MUST_USE enum err page_file_add(struct page_file *file, uint32_t *ret_number,
				uint8_t **ret_page, struct fault *fault);

/* The page is not needed any more; its number may be given again. */
MUST_USE enum err page_file_drop(struct page_file *file, uint32_t number,
				 struct fault *fault);

/* Pages that are in use. */
uint32_t page_file_count(const struct page_file *file);

#endif
