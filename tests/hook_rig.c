/*
 * hook_rig.c - an endpoint to be tried, and what a delivery tells, as lines of text.
 */
#include "tests/hook_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/shared_files.h"

#define TEXT_BYTES_MAX ((size_t)1 << 20)
#define HEAD_MAX       80

void hook_rig_init(struct hook_rig *rig, const char *adapter, enum hook_environment env)
{
	*rig = (struct hook_rig){
		.endpoint = {
			.name = "rig",
			.adapter = hook_adapter_find(adapter),
			.environment = env,
		},
	};
	assert_non_null(rig->endpoint.adapter);
	movements_init(&rig->movements);
	buffer_init(&rig->text, TEXT_BYTES_MAX);
}

void hook_rig_release(struct hook_rig *rig)
{
	movements_release(&rig->movements);
	buffer_release(&rig->text);
}

static const char *or_dash(const char *id)
{
	return id[0] ? id : "-";
}

static void movement_put(struct buffer *text, const struct movement *movement)
{
	char amount[CENTS_TEXT_BYTES], day[DATE_TEXT_BYTES];

	buffer_printf(text, "%s %s %s", movement_kind_name(movement->kind),
		      or_dash(movement->object), or_dash(movement->parent));
	switch (movement->state) {
	case MOVEMENT_KNOWN:
		assert_string_equal(movement->path, "");
		assert_null(movement->reason);
		cents_format(movement->amount, '.', amount);
		date_format(movement->date, day);
		buffer_printf(text, " %s %s", amount, day);
		break;
	case MOVEMENT_WANTED:
		buffer_printf(text, " GET %s", movement->path);
		if (movement->reason)
			buffer_printf(text, " # %s", movement->reason);
		break;
	case MOVEMENT_PARKED:
		assert_string_equal(movement->path, "");
		buffer_printf(text, " ! %s", movement->reason);
		break;
	}
	buffer_put_text(text, movement->only_if_booked ? " if-booked" : "");
	buffer_put_text(text, movement->is_cumulative ? " total\n" : "\n");
}

static void lines_write(struct hook_rig *rig, enum err err, const struct fault *fault)
{
	buffer_clear(&rig->text);
	if (err) {
		assert_int_equal(err, fault->err);
		buffer_printf(&rig->text, "%s: %s\n", err_name(err), fault->text);
		return;
	}
	for (size_t i = 0; i < rig->movements.count; i++)
		movement_put(&rig->text, &rig->movements.item[i]);
	if (rig->movements.ignored)
		buffer_printf(&rig->text, "ignored %u\n", rig->movements.ignored);
	if (rig->movements.unknown)
		buffer_printf(&rig->text, "unknown %u\n", rig->movements.unknown);
	assert_int_equal(buffer_err(&rig->text), ERR_OK);
}

void hook_rig_read(struct hook_rig *rig, struct slice body)
{
	struct fault fault = { .err = ERR_OK };
	enum err err;

	movements_release(&rig->movements);
	err = rig->endpoint.adapter->read(&rig->endpoint, body, &rig->movements, &fault);
	lines_write(rig, err, &fault);
}

void hook_rig_fetch(struct hook_rig *rig, size_t i, struct slice body)
{
	struct fault fault = { .err = ERR_OK };
	struct movement wanted;
	enum err err;

	assert_true(i < rig->movements.count);
	wanted = rig->movements.item[i];
	assert_int_equal(wanted.state, MOVEMENT_WANTED);
	movements_release(&rig->movements);
	err = rig->endpoint.adapter->read_fetched(&rig->endpoint, &wanted, body,
						  &rig->movements, &fault);
	lines_write(rig, err, &fault);
}

void hook_rig_list(struct hook_rig *rig, struct slice body,
		   char ret_cursor[HOOK_CURSOR_CHARS_MAX + 1])
{
	struct fault fault = { .err = ERR_OK };
	enum err err;

	movements_release(&rig->movements);
	ret_cursor[0] = '\0';
	err = rig->endpoint.adapter->read_list(&rig->endpoint, body, &rig->movements,
					       ret_cursor, &fault);
	lines_write(rig, err, &fault);
}

void hook_rig_told(const struct hook_rig *rig, const char *lines)
{
	assert_string_equal(buffer_text(&rig->text), lines);
}

void hook_rig_tells(struct hook_rig *rig, const char *body, const char *lines)
{
	hook_rig_read(rig, slice_of_text(body));
	hook_rig_told(rig, lines);
}

void hook_rig_fetched_tells(struct hook_rig *rig, size_t i, const char *body,
			    const char *lines)
{
	hook_rig_fetch(rig, i, slice_of_text(body));
	hook_rig_told(rig, lines);
}

void hook_rig_sample_tells(struct hook_rig *rig, const char *name, const char *lines)
{
	char path[256];
	struct slice file;

	snprintf(path, sizeof path, "data/provider-samples/%s", name);
	file = shared_file(path);
	hook_rig_read(rig, file);
	free((void *)(uintptr_t)file.p);
	if (strcmp(buffer_text(&rig->text), lines) != 0)
		fail_msg("%s tells:\n%s", name, buffer_text(&rig->text));
}

void hook_rig_answers(struct hook_rig *rig, const char *const *head, const char *body,
		      int64_t now_s, const char *answer)
{
	struct hook_header header[HEAD_MAX];
	struct hook_request request = {
		.header = header,
		.body = slice_of_text(body),
		.address = "192.0.2.1",
	};
	struct fault fault = { .err = ERR_OK };
	char text[FAULT_TEXT_BYTES_MAX + 16];
	enum err err;

	for (; *head; head++) {
		const char *colon = strstr(*head, ": ");
		struct hook_header *line = &header[request.header_count++];

		assert_true(colon && request.header_count <= HEAD_MAX);
		line->name = slice_of(*head, (size_t)(colon - *head));
		line->value = slice_of_text(colon + 2);
	}
	err = hook_verify(&rig->endpoint, &request, now_s, &fault);
	snprintf(text, sizeof text, "%u%s%s", hook_status(rig->endpoint.adapter, err),
		 err ? " " : "", err ? fault.text : "");
	assert_string_equal(text, answer);
}
