/*
 * draw_sankey.c - where money flows: nodes as upright bars, flows as bands between them.
 *
 * A cent is as high everywhere in the picture. A node that is lower than its label gets
 * the label's room, so that labels never lie on each other, however small the money.
 */
#include "reports/draw_int.h"

#include <stdlib.h>
#include <string.h>

#include "reports/sankey.h"

#define LABEL_SIZE   7.0
#define NODE_WIDTH   9.0
#define NODE_GAP     7.0   /* between the places of two nodes */
#define LABEL_GAP    3.0   /* between a node and its label */
#define SIDE_SHARE   0.17  /* of the width, left and right, for the outer labels */
#define MONEY_HEIGHT 190.0 /* of the greatest stage's money */
#define NODE_LEAST   0.75
#define BAND_OPACITY 0.35
#define LABEL_LINES  2
#define LABEL_BYTES  (LANG_FIGURE_BYTES + 1)

struct place {
	double x, y, height; /* of the node */
	double label_height;
	double slot;       /* of the node and its label */
	double came, went; /* of the bands that are drawn already */
};

struct picture {
	struct canvas *canvas;
	struct sankey sankey;
	struct place *place; /* owned; one for each node */
	double x, y, width, height;
	double per_cent; /* the height of a cent */
	double label_width;
};

static double stage_x(const struct picture *picture, int64_t stage)
{
	double side = picture->width * SIDE_SHARE;
	double room = picture->width - 2 * side - NODE_WIDTH;

	return picture->x + side +
	       room * (double)(stage - 1) / (double)(picture->sankey.stages - 1);
}

/* What the stage's labels may fill: the margins outside, and inside what is left to the
 * next stage. */
static double label_width(const struct picture *picture, int64_t stage)
{
	double side = picture->width * SIDE_SHARE - LABEL_GAP;

	if (stage == 1 || stage == picture->sankey.stages)
		return side;
	return stage_x(picture, 2) - stage_x(picture, 1) - NODE_WIDTH - 2 * LABEL_GAP;
}

static struct text name_of(const struct picture *picture, const struct sankey_node *node)
{
	return (struct text){ .text = node->name,
			      .size = LABEL_SIZE,
			      .width = label_width(picture, node->stage),
			      .lines_max = LABEL_LINES,
			      .side = node->stage == 1 ? SIDE_RIGHT : SIDE_LEFT };
}

static struct text amount_of(const struct picture *picture,
			     const struct sankey_node *node, char room[LANG_FIGURE_BYTES])
{
	struct text text = name_of(picture, node);

	lang_cents(picture->canvas->lang, sankey_node_amount(node), room);
	text.text = room;
	text.face = FACE_BOLD;
	return text;
}

static double in_points(const struct picture *picture, struct cents amount)
{
	return (double)cents_value(amount) * picture->per_cent;
}

/* The stage with the most money has MONEY_HEIGHT. */
static void scale_read(struct picture *picture)
{
	const struct sankey *sankey = &picture->sankey;
	double most = 1;

	for (int64_t stage = 1; stage <= sankey->stages; stage++) {
		double sum = 0;

		for (size_t i = 0; i < sankey->nodes; i++)
			if (sankey->node[i].stage == stage)
				sum += (double)cents_value(
					sankey_node_amount(&sankey->node[i]));
		most = sum > most ? sum : most;
	}
	picture->per_cent = MONEY_HEIGHT / most;
}

static void node_measure(struct picture *picture, size_t i)
{
	const struct sankey_node *node = &picture->sankey.node[i];
	struct place *place = &picture->place[i];
	char room[LANG_FIGURE_BYTES];
	struct text name = name_of(picture, node), amount;
	double name_height, amount_height;

	amount = amount_of(picture, node, room);
	text_measure(picture->canvas, &name, NULL, &name_height);
	text_measure(picture->canvas, &amount, NULL, &amount_height);
	place->label_height = name_height + amount_height;
	place->height = in_points(picture, sankey_node_amount(node));
	if (place->height < NODE_LEAST)
		place->height = NODE_LEAST;
	place->slot =
		place->height > place->label_height ? place->height : place->label_height;
	place->x = stage_x(picture, node->stage);
}

static double stage_height(const struct picture *picture, int64_t stage)
{
	double height = 0;

	for (size_t i = 0; i < picture->sankey.nodes; i++)
		if (picture->sankey.node[i].stage == stage)
			height += picture->place[i].slot + (height > 0 ? NODE_GAP : 0);
	return height;
}

/* Each stage stands in the middle of the picture's height. */
static void nodes_place(struct picture *picture)
{
	const struct sankey *sankey = &picture->sankey;

	for (size_t i = 0; i < sankey->nodes; i++)
		node_measure(picture, i);
	for (int64_t stage = 1; stage <= sankey->stages; stage++) {
		double height = stage_height(picture, stage);

		picture->height = height > picture->height ? height : picture->height;
	}
	for (int64_t stage = 1; stage <= sankey->stages; stage++) {
		double y =
			picture->y + (picture->height - stage_height(picture, stage)) / 2;

		for (size_t i = 0; i < sankey->nodes; i++) {
			struct place *place = &picture->place[i];

			if (sankey->node[i].stage != stage)
				continue;
			place->y = y + (place->slot - place->height) / 2;
			y += place->slot + NODE_GAP;
		}
	}
}

/* What stands in two stages has one colour. */
static size_t colour_of(const struct picture *picture, size_t node)
{
	const struct sankey_node *nodes = picture->sankey.node;
	size_t i = 0;

	while (strcmp(nodes[i].name, nodes[node].name) != 0)
		i++;
	return i;
}

static void band_draw(struct picture *picture, const struct sankey_flow *flow)
{
	struct place *from = &picture->place[flow->from], *to = &picture->place[flow->to];
	double height = in_points(picture, flow->amount);
	double x1 = from->x + NODE_WIDTH, x2 = to->x, middle = (x1 + x2) / 2;
	double y1 = from->y + from->went, y2 = to->y + to->came;
	cairo_t *cr = picture->canvas->cr;

	from->went += height;
	to->came += height;
	cairo_move_to(cr, x1, y1);
	cairo_curve_to(cr, middle, y1, middle, y2, x2, y2);
	cairo_line_to(cr, x2, y2 + height);
	cairo_curve_to(cr, middle, y2 + height, middle, y1 + height, x1, y1 + height);
	cairo_close_path(cr);
	canvas_colour(picture->canvas, colour_of(picture, flow->from), BAND_OPACITY);
	cairo_fill(cr);
}

static void label_draw(struct picture *picture, size_t i)
{
	const struct sankey_node *node = &picture->sankey.node[i];
	const struct place *place = &picture->place[i];
	double width = label_width(picture, node->stage);
	double y = place->y + (place->height - place->label_height) / 2;
	double x = node->stage == 1 ? place->x - LABEL_GAP - width
				    : place->x + NODE_WIDTH + LABEL_GAP;
	char room[LANG_FIGURE_BYTES];
	struct text text = name_of(picture, node);

	canvas_ink(picture->canvas, INK_TEXT);
	y += text_put(picture->canvas, &text, x, y);
	text = amount_of(picture, node, room);
	text_put(picture->canvas, &text, x, y);
}

static void picture_draw(struct picture *picture)
{
	const struct sankey *sankey = &picture->sankey;

	for (size_t i = 0; i < sankey->flows; i++)
		band_draw(picture, &sankey->flow[i]);
	for (size_t i = 0; i < sankey->nodes; i++) {
		canvas_colour(picture->canvas, colour_of(picture, i), 1);
		canvas_box(picture->canvas, picture->place[i].x, picture->place[i].y,
			   NODE_WIDTH, picture->place[i].height);
	}
	for (size_t i = 0; i < sankey->nodes; i++)
		label_draw(picture, i);
}

enum err sankey_draw(struct canvas *canvas, const struct table *chart, double x, double y,
		     double width, bool draw, double *ret_height, struct fault *fault)
{
	struct picture picture = { .canvas = canvas, .x = x, .y = y, .width = width };
	enum err err = sankey_read(chart, &picture.sankey, fault);

	if (err)
		return err;
	picture.place = calloc(picture.sankey.nodes + 1, sizeof *picture.place);
	if (picture.place && picture.sankey.flows) {
		scale_read(&picture);
		nodes_place(&picture);
		if (draw)
			picture_draw(&picture);
	}
	if (!picture.place)
		err = fault_set(fault, ERR_MEMORY, "out of memory");
	*ret_height = picture.height;
	free(picture.place);
	sankey_release(&picture.sankey);
	return err;
}
