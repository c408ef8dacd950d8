/*
 * published.c - see published.h.
 */
#include "ledger/published.h"

#include <string.h>

#include "keys/encoding.h"

/* A text after `before`, up to its closing quote; ours has no quote in it. */
static bool text_after(struct slice json, const char *before,
		       char ret_text[PUBLISHED_TEXT])
{
	const char *at = memmem(json.p, json.n, before, strlen(before)), *end;
	size_t n;

	if (!at)
		return false;
	at += strlen(before);
	end = memchr(at, '"', (size_t)((const char *)json.p + json.n - at));
	n = end ? (size_t)(end - at) : PUBLISHED_TEXT;
	if (n >= PUBLISHED_TEXT || memchr(at, '\\', n))
		return false;
	memcpy(ret_text, at, n);
	ret_text[n] = '\0';
	return true;
}

/* Quotes in texts are escaped, so that this stands once: where the properties begin. */
static bool properties_of(struct slice json, struct slice *ret_properties)
{
	static const char begin[] = "\"properties\":{";
	const uint8_t *at = memmem(json.p, json.n, begin, sizeof begin - 1), *end;
	size_t left;

	if (!at)
		return false;
	at += sizeof begin - 2; /* with its brace, as before the first name */
	left = (size_t)(json.p + json.n - at);
	end = memmem(at, left, ",\"blocks\":[", 11);
	*ret_properties = slice_of(at, end ? (size_t)(end - at) : left);
	return true;
}

bool published_property(struct slice json, const char *id, char ret_text[PUBLISHED_TEXT])
{
	struct slice properties;
	char name[PUBLISHED_TEXT + 8];
	const char *at;
	size_t n = 0, left;

	if (!properties_of(json, &properties))
		return false;
	(void)snprintf(name, sizeof name, "\"%s\":\"", id);
	if (text_after(properties, name, ret_text))
		return true;
	(void)snprintf(name, sizeof name, "\"%s\":", id);
	at = memmem(properties.p, properties.n, name, strlen(name));
	if (!at)
		return false;
	at += strlen(name);
	left = (size_t)((const char *)properties.p + properties.n - at);
	while (n < left && at[n] >= '0' && at[n] <= '9')
		n++;
	if (!n || n >= PUBLISHED_TEXT)
		return false;
	memcpy(ret_text, at, n);
	ret_text[n] = '\0';
	return true;
}

enum err published_read(struct slice json, struct published *ret_published,
			struct fault *fault)
{
	static const char begin[] = "{\"document\":\"";
	char size[PUBLISHED_TEXT], root[PUBLISHED_TEXT], lang[PUBLISHED_TEXT];
	size_t n = 0;

	if (json.n < sizeof begin || memcmp(json.p, begin, sizeof begin - 1) != 0 ||
	    !text_after(json, begin, ret_published->name) ||
	    !text_after(json, "\"lang\":\"", lang) ||
	    strlen(lang) >= sizeof ret_published->lang ||
	    !published_property(json, "size", size) ||
	    !published_property(json, "root", root) ||
	    decimal_parse(size, strlen(size), &ret_published->size) ||
	    base64_decode(root, strlen(root), ret_published->root.b,
			  sizeof ret_published->root.b, &n) ||
	    n != sizeof ret_published->root.b)
		return fault_set(fault, ERR_INVALID,
				 "this is no report's JSON form (arrondi-report REPORT "
				 "DIR --format json)");
	memcpy(ret_published->lang, lang, strlen(lang) + 1);
	return ERR_OK;
}
