/*
 * api_receipt.c - where the QR code of a tax receipt leads: what the log says of it.
 *
 * For anybody who holds the receipt, and nobody else: the address has its number and the
 * salted digest of its data, so that numbers cannot be tried out. Where either is wrong
 * the answer is the same, whichever it is and whether there is such a number. What is
 * told is public in the log; no name and no amount is among it.
 */
#include <inttypes.h>

#include "gateway/api_int.h"
#include "keys/encoding.h"
#include "ledger/books_query_receipt.h"

#define TYPE_HTML "text/html; charset=utf-8"

/* The receipt that the address names. */
static enum err receipt_find(struct api_call *call, struct books *books,
			     struct receipt_view *ret_receipt, struct fault *fault)
{
	const struct number_parameter parameter = { "receipt", 1, JSON_INTEGER_MAX, 0 };
	const char *digest = http_request_parameter(call->request, "digest");
	uint64_t number = 0;
	enum err err = call_number(call, &parameter, &number, fault);

	if (err)
		return err;
	if (!number || !digest)
		return fault_set(
			fault, ERR_INVALID,
			"give the receipt's number and digest, as its code does");
	if (query_receipt(books, (int64_t)number, ret_receipt) &&
	    strlen(digest) == HASH_HEX_CHARS &&
	    bytes_equal_secret(digest, ret_receipt->digest, HASH_HEX_CHARS))
		return ERR_OK;
	return fault_set(fault, ERR_NOT_FOUND,
			 "the log has no receipt of this number and digest");
}

/* What stands in the page, between its tags. */
static void put_escaped(struct buffer *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '&')
			buffer_put_text(out, "&amp;");
		else if (*text == '<')
			buffer_put_text(out, "&lt;");
		else
			buffer_put_byte(out, (uint8_t)*text);
	}
}

static void put_line(struct buffer *out, const char *label, const char *value)
{
	buffer_printf(out, "<tr><th scope=\"row\">%s</th><td>", label);
	put_escaped(out, value);
	buffer_put_text(out, "</td></tr>\n");
}

static void put_number(struct buffer *out, const char *label, uint64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%" PRIu64, number);
	put_line(out, label, text);
}

static void put_state(struct buffer *out, const struct receipt_view *receipt)
{
	if (!receipt->voided) {
		buffer_put_text(out, "<p class=\"good\">Ce reçu est inscrit au registre "
				     "signé de la fondation, et en vigueur.</p>\n");
		return;
	}
	buffer_put_text(out, "<p class=\"bad\">Ce reçu a été annulé : il ne vaut plus."
			     "</p>\n");
}

static void put_page(struct buffer *out, const struct receipt_view *receipt,
		     const struct charter_view *charter, uint64_t size)
{
	buffer_put_text(
		out,
		"<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n"
		"<meta name=\"robots\" content=\"noindex\">\n<title>Reçu fiscal : "
		"preuve</title>\n<style>body{font:1rem/1.5 sans-serif;max-width:40rem;"
		"margin:2rem auto;padding:0 1rem;color:#111;background:#fff}"
		"th{text-align:left;font-weight:normal;color:#444;padding-right:1.5rem;"
		"vertical-align:top}td{overflow-wrap:anywhere}"
		".good{border-left:.4rem solid #1a6b2d;padding-left:1rem}"
		".bad{border-left:.4rem solid #a3141a;padding-left:1rem}</style>\n"
		"</head>\n<body>\n<main>\n<h1>Reçu fiscal : preuve</h1>\n");
	put_state(out, receipt);
	buffer_put_text(out, "<table>\n");
	put_line(out, "Fondation", charter->name);
	put_line(out, "Registre", charter->origin);
	put_number(out, "Numéro du reçu", (uint64_t)receipt->number);
	put_line(out, "Cerfa", receipt->form);
	put_number(out, "Année des dons", (uint64_t)receipt->year);
	put_number(out, "Écriture", receipt->position);
	if (receipt->voided)
		put_number(out, "Annulé par l’écriture", receipt->voided);
	if (receipt->replaced_by)
		put_number(out, "Remplacé par le reçu", (uint64_t)receipt->replaced_by);
	put_number(out, "Écritures du registre", size);
	put_line(out, "Empreinte", receipt->digest);
	buffer_printf(out,
		      "</table>\n<p><a href=\"/receipts/proof?receipt=%" PRId64
		      "&amp;digest=%s\">La preuve d’inscription</a> (tlog-proof) se "
		      "vérifie sans nous ; le fichier joint au reçu se vérifie avec "
		      "<code>arrondi-report check</code>. Cette page ne montre ni nom ni "
		      "montant.</p>\n</main>\n</body>\n</html>\n",
		      receipt->number, receipt->digest);
}

enum err route_receipt(struct api_call *call, struct ledger *ledger,
		       struct http_reply *reply, struct fault *fault)
{
	struct receipt_view receipt;
	struct charter_view charter;
	struct books *books;
	uint64_t size = 0;
	enum err err = ledger_size(ledger, &size, fault);

	if (!err)
		err = ledger_books(ledger, &books, fault);
	if (err)
		return err;
	err = receipt_find(call, books, &receipt, fault);
	if (!err)
		err = query_charter(books, &charter, fault);
	ledger_books_done(ledger);
	if (err)
		return err;
	reply_bytes(reply, TYPE_HTML, "no-store");
	http_reply_header(reply, "Content-Security-Policy", "%s",
			  "default-src 'none'; style-src 'unsafe-inline'");
	put_page(&reply->body, &receipt, &charter, size);
	return buffer_check(&reply->body, "the page", fault);
}

enum err route_receipt_proof(struct api_call *call, struct ledger *ledger,
			     struct http_reply *reply, struct fault *fault)
{
	struct receipt_view receipt;
	struct books *books;
	enum err err = ledger_books(ledger, &books, fault);

	if (err)
		return err;
	err = receipt_find(call, books, &receipt, fault);
	ledger_books_done(ledger);
	if (err)
		return err;
	reply_bytes(reply, "text/plain; charset=utf-8", "no-store");
	return ledger_proof(ledger, receipt.position, &reply->body, fault);
}
