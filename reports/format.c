/*
 * format.c - see format.h.
 */
#include "reports/format.h"

#include <assert.h>
#include <string.h>

#define FORMAT(NAME, name, form) [FORMAT_##NAME] = { name, form },
static const struct {
	const char *name;
	enum format_form form;
} formats[FORMAT__COUNT] = {
#include "reports/formats.def"
};
#undef FORMAT

static_assert(FORMAT__COUNT <= 32, "a set of formats is an unsigned");

const char *format_name(enum format format)
{
	assert(format < FORMAT__COUNT);
	return formats[format].name;
}

enum format_form format_form(enum format format)
{
	assert(format < FORMAT__COUNT);
	return formats[format].form;
}

bool format_is_binary(enum format format)
{
	return format == FORMAT_PDF || format == FORMAT_XLSX || format == FORMAT_PNG;
}

unsigned format_set(enum format_form form)
{
	unsigned set = 0;

	for (unsigned format = 0; format < FORMAT__COUNT; format++)
		if (formats[format].form == form)
			set |= 1u << format;
	return set;
}

enum err format_parse(const char *name, enum format *ret_format)
{
	for (int format = 0; format < FORMAT__COUNT; format++) {
		if (strcmp(name, formats[format].name) == 0) {
			*ret_format = (enum format)format;
			return ERR_OK;
		}
	}
	return ERR_USAGE;
}
