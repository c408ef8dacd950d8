/*
 * batch_forms.h - a batch that was read, written again in either form, so that both
 * readers can be held against each other.
 */
#ifndef ARRONDI_TESTS_BATCH_FORMS_H
#define ARRONDI_TESTS_BATCH_FORMS_H

#include "gateway/batch_input.h"
#include "keys/buffer.h"

/* Rules of a foundation with two funds; of one whose funds are not known. */
const struct batch_rules *batch_forms_rules(void);

/* An input of that source with the members that go beside a CSV body. */
void batch_forms_begin(struct batch_input *input, enum batch_source source);

/* Appends the whole in JSON, and its rows in CSV. Both must be good inputs. */
void batch_forms_json(const struct batch_input *input, struct buffer *out);
void batch_forms_csv(const struct batch_input *input, struct buffer *out);

/* Ends the program unless members and rows are the same. */
void batch_forms_must_equal(const struct batch_input *a, const struct batch_input *b);

/* That the rows made of it are the same in whichever order its claims came, and whether
 * they came at once or were put together of two parts. */
void batch_forms_check_rows(const struct batch_input *input);

#endif
