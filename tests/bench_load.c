/*
 * bench_load.c - posts to a gateway as fast as it answers, and checks each answer.
 *
 *   bench_load PORT TOKENS json|csv CONNECTIONS BATCHES ROWS MONTHS
 *   bench_load PORT TOKENS gift CONNECTIONS GIFTS
 *
 * TOKENS holds "company token" lines. Batches go company by company through so many
 * months; a company's donors are the same each month, and others once its months are
 * used up. Every body is made before the clock starts. Each connection is a thread
 * with a keep-alive socket that has one request under way at a time.
 *
 * Every answer must be 201 with a position of its own, or the program ends with 2.
 * Prints "nanoseconds requests p50-microseconds p99-microseconds".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/foundation.h"
#include "tests/stopwatch.h"

#define CONNECTIONS_MAX 256
#define COMPANIES_MAX   10000
#define TOKEN_BYTES     128
#define HEAD_BYTES      512
#define ROW_BYTES       96 /* the longest row of either form */
#define ANSWER_BYTES    65536
#define FUNDS           3

struct company {
	char id[FOUNDATION_COMPANY_BYTES];
	char token[TOKEN_BYTES];
};

struct post {
	char head[HEAD_BYTES];
	char *body;
	size_t head_n, body_n, body_room;
	uint64_t position;
	int64_t took_ns;
};

struct load {
	unsigned port;
	struct company *companies;
	unsigned n_companies;
	struct post *posts;
	size_t n_posts;
	atomic_size_t next;
};

static void die(const char *what)
{
	fprintf(stderr, "bench_load: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void put(struct post *post, const char *format, ...) PRINTF_LIKE(2, 3);

static void put(struct post *post, const char *format, ...)
{
	size_t room = post->body_room - post->body_n;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(post->body + post->body_n, room, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= room)
		abort();
	post->body_n += (size_t)n;
}

/* ---- what is posted ---- */

static void tokens_read(struct load *load, const char *path)
{
	FILE *file = fopen(path, "re");

	load->companies = calloc(COMPANIES_MAX, sizeof *load->companies);
	if (!file || !load->companies)
		die(path);
	while (load->n_companies < COMPANIES_MAX) {
		struct company *company = &load->companies[load->n_companies];

		if (fscanf(file, "%31s %127s", company->id, company->token) != 2)
			break;
		load->n_companies++;
	}
	if (fclose(file) || !load->n_companies)
		die(path);
}

static void post_head(struct post *post, const struct company *company,
		      const char *target, const char *type)
{
	int n = snprintf(post->head, HEAD_BYTES,
			 "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
			 "Bearer %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
			 target, company->token, type, post->body_n);

	if (n < 0 || n >= HEAD_BYTES)
		abort();
	post->head_n = (size_t)n;
}

struct batch_plan {
	bool is_csv;
	unsigned rows, months;
};

/* Amounts as payroll has them: any cents, and every fourth donor adds 2 euros. */
static void put_row(struct post *post, const struct batch_plan *plan, unsigned year,
		    unsigned i)
{
	static const char *const funds[FUNDS] = { "emploi", "general", "projets" };
	unsigned roundup = 1 + (i * 37 + year) % 99, extra = i % 4 ? 0 : 2;
	const char *fund = funds[i % FUNDS];

	if (plan->is_csv)
		put(post, "M%u-%06u;0,%02u;%u,00;%s\n", year, i, roundup, extra, fund);
	else
		put(post,
		    "%s{\"donor\":\"M%u-%06u\",\"roundup_cents\":%u,\"extra_cents\":%u,"
		    "\"fund\":\"%s\"}",
		    i ? "," : "", year, i, roundup, extra * 100, fund);
}

static void batch_make(struct load *load, const struct batch_plan *plan, unsigned number)
{
	const struct company *company = &load->companies[number % load->n_companies];
	unsigned turn = number / load->n_companies;
	unsigned year = turn / plan->months;
	struct post *post = &load->posts[number];
	char month[MONTH_TEXT_BYTES], day[DATE_TEXT_BYTES], target[HEAD_BYTES];
	struct month period;

	if (month_add(month_of_date(foundation_today()),
		      -1 - (int32_t)(turn % plan->months), &period))
		abort();
	month_format(period, month);
	date_format(month_last_day(period), day);
	post->body_room = (size_t)(plan->rows + 8) * ROW_BYTES;
	post->body = malloc(post->body_room);
	if (!post->body)
		die("memory");
	if (plan->is_csv)
		put(post, "matricule;arrondi;don;fonds\n");
	else
		put(post,
		    "{\"source\":\"salary\",\"period\":\"%s\",\"collected_on\":\"%s\","
		    "\"reference\":\"PAY-%u\",\"step_cents\":%d,\"terms\":\"%s\","
		    "\"rows\":[",
		    month, day, turn, FOUNDATION_STEP_CENTS, FOUNDATION_TERMS);
	for (unsigned i = 0; i < plan->rows; i++)
		put_row(post, plan, year, i);
	if (!plan->is_csv)
		put(post, "]}");
	snprintf(target, sizeof target,
		 "/v1/batches?source=salary&period=%s&collected_on=%s&reference=PAY-%u"
		 "&step_cents=%d&terms=%s",
		 month, day, turn, FOUNDATION_STEP_CENTS, FOUNDATION_TERMS);
	post_head(post, company, plan->is_csv ? target : "/v1/batches",
		  plan->is_csv ? "text/csv" : "application/json");
}

static void gift_make(struct load *load, unsigned number)
{
	const struct company *company = &load->companies[number % load->n_companies];
	struct post *post = &load->posts[number];
	char today[DATE_TEXT_BYTES];

	date_format(foundation_today(), today);
	post->body_room = HEAD_BYTES;
	post->body = malloc(post->body_room);
	if (!post->body)
		die("memory");
	put(post,
	    "{\"ref\":\"G-%u\",\"date\":\"%s\",\"payer\":\"%s\",\"giver\":\"company\","
	    "\"fund\":\"emploi\",\"amount\":%u}",
	    number, today, company->id, 100 + number % 900);
	post_head(post, company, "/v1/gifts", "application/json");
}

/* ---- posting ---- */

struct connection {
	struct load *load;
	pthread_t thread;
	int fd;
	char answer[ANSWER_BYTES + 1];
};

static void connection_open(struct connection *connection)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int one = 1;

	address.sin_port = htons((uint16_t)connection->load->port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection->fd < 0 ||
	    connect(connection->fd, (struct sockaddr *)&address, sizeof address) ||
	    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))
		die("connect");
}

static void send_all(int fd, const struct post *post)
{
	struct iovec parts[2] = { { .iov_base = (char *)(uintptr_t)post->head,
				    .iov_len = post->head_n },
				  { .iov_base = post->body, .iov_len = post->body_n } };
	size_t left = post->head_n + post->body_n;

	while (left) {
		ssize_t n = writev(fd, parts, 2);

		if (n <= 0)
			die("send");
		left -= (size_t)n;
		for (int i = 0; i < 2; i++) {
			size_t part = (size_t)n < parts[i].iov_len ? (size_t)n
								   : parts[i].iov_len;

			parts[i].iov_base = (char *)parts[i].iov_base + part;
			parts[i].iov_len -= part;
			n -= (ssize_t)part;
		}
	}
}

/* Reads one answer whole; it ends with a NUL. */
static void receive(struct connection *connection)
{
	char *answer = connection->answer, *body = NULL, *length;
	size_t n = 0, whole = ANSWER_BYTES;

	while (n < whole) {
		ssize_t got = read(connection->fd, answer + n, ANSWER_BYTES - n);

		if (got <= 0)
			die("receive");
		n += (size_t)got;
		answer[n] = '\0';
		if (body || !(body = strstr(answer, "\r\n\r\n")))
			continue;
		length = strcasestr(answer, "\r\ncontent-length:");
		if (!length || length > body)
			die("no length");
		whole = (size_t)(body + 4 - answer) +
			(size_t)strtoll(length + strlen("\r\ncontent-length:"), NULL, 10);
		if (whole > ANSWER_BYTES)
			die("a long answer");
	}
}

static uint64_t answer_position(const char *answer)
{
	static const char name[] = "\"position\":";
	const char *found = strstr(answer, name);

	if (strncmp(answer, "HTTP/1.1 201 ", 13) != 0 || !found) {
		fprintf(stderr, "bench_load: %s\n", answer);
		exit(2);
	}
	return strtoull(found + strlen(name), NULL, 10);
}

static void *connection_run(void *ctx)
{
	struct connection *connection = ctx;
	struct load *load = connection->load;

	for (;;) {
		size_t i = atomic_fetch_add(&load->next, 1);
		struct post *post;
		int64_t start;

		if (i >= load->n_posts)
			return NULL;
		post = &load->posts[i];
		start = stopwatch_ns();
		send_all(connection->fd, post);
		receive(connection);
		post->took_ns = stopwatch_ns() - start;
		post->position = answer_position(connection->answer);
	}
}

static int64_t load_run(struct load *load, unsigned n)
{
	struct connection *connections = calloc(n, sizeof *connections);
	int64_t start;

	if (!connections)
		die("memory");
	for (unsigned i = 0; i < n; i++) {
		connections[i].load = load;
		connection_open(&connections[i]);
	}
	start = stopwatch_ns();
	for (unsigned i = 0; i < n; i++)
		if (pthread_create(&connections[i].thread, NULL, connection_run,
				   &connections[i]))
			die("thread");
	for (unsigned i = 0; i < n; i++)
		if (pthread_join(connections[i].thread, NULL))
			die("thread");
	start = stopwatch_ns() - start;
	for (unsigned i = 0; i < n; i++)
		(void)close(connections[i].fd);
	free(connections);
	return start;
}

static int position_order(const void *a, const void *b)
{
	uint64_t x = ((const struct post *)a)->position;
	uint64_t y = ((const struct post *)b)->position;

	return (x > y) - (x < y);
}

static void report(struct load *load, int64_t took_ns)
{
	int64_t *each = calloc(load->n_posts, sizeof *each);
	int64_t p50;

	if (!each)
		die("memory");
	qsort(load->posts, load->n_posts, sizeof *load->posts, position_order);
	for (size_t i = 0; i < load->n_posts; i++) {
		each[i] = load->posts[i].took_ns;
		if (i && load->posts[i].position == load->posts[i - 1].position) {
			fprintf(stderr, "bench_load: position %" PRIu64 " twice\n",
				load->posts[i].position);
			exit(2);
		}
	}
	p50 = stopwatch_median(each, load->n_posts); /* puts them in order */
	printf("%" PRId64 " %zu %" PRId64 " %" PRId64 "\n", took_ns, load->n_posts,
	       p50 / 1000, each[load->n_posts * 99 / 100] / 1000);
	free(each);
}

int main(int argc, char **argv)
{
	static struct load load;
	struct batch_plan plan = { 0 };
	unsigned connections;
	bool is_gift = argc > 3 && strcmp(argv[3], "gift") == 0;

	if (argc != (is_gift ? 6 : 8)) {
		fprintf(stderr,
			"usage: bench_load PORT TOKENS json|csv CONNECTIONS BATCHES "
			"ROWS MONTHS\n"
			"       bench_load PORT TOKENS gift CONNECTIONS GIFTS\n");
		return 2;
	}
	load.port = stopwatch_number(argv[1]);
	tokens_read(&load, argv[2]);
	connections = stopwatch_number(argv[4]);
	load.n_posts = stopwatch_number(argv[5]);
	load.posts = calloc(load.n_posts + 1, sizeof *load.posts);
	if (!load.posts || connections == 0 || connections > CONNECTIONS_MAX ||
	    load.n_posts == 0)
		die("numbers");
	if (!is_gift) {
		plan.is_csv = strcmp(argv[3], "csv") == 0;
		plan.rows = stopwatch_number(argv[6]);
		plan.months = stopwatch_number(argv[7]);
	}
	for (unsigned i = 0; i < load.n_posts; i++) {
		if (is_gift)
			gift_make(&load, i);
		else
			batch_make(&load, &plan, i);
	}
	report(&load, load_run(&load, connections));
	for (size_t i = 0; i < load.n_posts; i++)
		free(load.posts[i].body);
	free(load.posts);
	free(load.companies);
	return 0;
}
