/*
 * byte_order.h - the order of many short random strings, quickly.
 *
 * Tags and donors' keys are outputs of HMAC: their first bits are as good as
 * random. So a few passes of a radix sort over these put nearly everything where
 * it belongs, and an insertion sort over the whole strings does the rest. Strings
 * that were chosen to share their first 33 bits would make it slow, not wrong.
 */
#ifndef ARRONDI_LEDGER_BYTE_ORDER_H
#define ARRONDI_LEDGER_BYTE_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"

#define BYTE_ORDER_WIDTH_MIN 8

/*
 * The indexes of n strings of `width` bytes, which lie side by side, in
 * ascending order of their bytes; equal strings keep their order. width is at
 * least BYTE_ORDER_WIDTH_MIN, n at most UINT32_MAX. ERR_MEMORY.
 */
MUST_USE enum err byte_order(const uint8_t *strings, size_t width, size_t n,
			     uint32_t *ret_order);

#endif
