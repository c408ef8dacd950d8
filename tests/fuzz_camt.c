/*
 * fuzz_camt.c - statements of ISO 20022 (gateway/camt.h, gateway/xml_reader.h): the bytes
 * as they are, and as what stands inside a statement of ours.
 */
#include "keys/buffer.h"
#include "tests/bank_rig.h"
#include "tests/fuzz.h"

static const char before[] =
	"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt>"
	"<Stmt><Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></Acct>"
	"<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>1</Amt>"
	"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-01</Dt></Dt></Bal>"
	"<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>1</Amt>"
	"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-30</Dt></Dt></Bal>";
static const char after[] = "</Stmt></BkToCstmrStmt></Document>";

FUZZ_TARGET(camt)
{
	size_t piece = n > 0 ? bytes[n - 1] : 1;
	struct buffer inside;

	if (bank_format_camt.knows(slice_of(bytes, n)))
		bank_rig_check(&bank_format_camt, bytes, n, piece);
	buffer_init(&inside, n + sizeof before + sizeof after);
	buffer_put_text(&inside, before);
	buffer_put(&inside, bytes, n);
	buffer_put_text(&inside, after);
	bank_rig_check(&bank_format_camt, inside.p, inside.n, piece);
	buffer_release(&inside);
	return 0;
}
