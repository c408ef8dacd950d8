/*
 * bench_load.c - posts to a gateway as fast as it answers, and checks each answer.
 *
 *   bench_load PORT TOKENS json|csv CONNECTIONS BATCHES ROWS MONTHS
 *   bench_load PORT TOKENS gift CONNECTIONS GIFTS
 *   bench_load PORT SECRETS hook CONNECTIONS DELIVERIES
 *   bench_load PORT TOKENS get CONNECTIONS REQUESTS PATH
 *
 * SECRETS holds one "hook whsec_..." line, of Standard Webhooks: each delivery tells one
 * donation and has a signature of its own. TOKENS holds "company token" lines. Batches go
 * company by company through so many months; a company's donors are the same each month,
 * and others once its months are used up. Every body is made before the clock starts.
 * Each connection is a keep-alive socket that has one request under way at a time; one
 * thread serves them all, because what the client uses of the processors the gateway
 * lacks.
 *
 * Every answer must be 201 with a position of its own (of hook and get: 200), or the
 * program ends with 2. Prints "nanoseconds requests p50-microseconds p99-microseconds".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "gateway/hook_mac.h"
#include "keys/encoding.h"
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
	size_t n_posts, next, n_answered;
	bool is_get, is_hook;
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

/* The post of that number, with room for a short body; and the day that it tells. */
static struct post *short_post(struct load *load, unsigned number,
			       char ret_today[DATE_TEXT_BYTES])
{
	struct post *post = &load->posts[number];

	date_format(foundation_today(), ret_today);
	post->body_room = HEAD_BYTES;
	post->body = malloc(post->body_room);
	if (!post->body)
		die("memory");
	return post;
}

static void gift_make(struct load *load, unsigned number)
{
	const struct company *company = &load->companies[number % load->n_companies];
	char today[DATE_TEXT_BYTES];
	struct post *post = short_post(load, number, today);

	put(post,
	    "{\"ref\":\"G-%u\",\"date\":\"%s\",\"payer\":\"%s\",\"giver\":\"company\","
	    "\"fund\":\"emploi\",\"amount\":%u}",
	    number, today, company->id, 100 + number % 900);
	post_head(post, company, "/v1/gifts", "application/json");
}

/* Signed as of now: what is 5 minutes old is refused. */
static void hook_sign(struct load *load, struct post *post, unsigned number)
{
	const struct company *hook = &load->companies[0];
	char id[32], seconds[32], mac[BASE64_CHARS(HASH_BYTES) + 1];
	uint8_t key[TOKEN_BYTES];
	struct slice parts[5];
	struct hash hash;
	size_t key_n = 0;
	int n;

	if (strncmp(hook->token, "whsec_", 6) != 0 ||
	    base64_decode(hook->token + 6, strlen(hook->token) - 6, key, sizeof key,
			  &key_n))
		die("the secret");
	snprintf(id, sizeof id, "msg_%u", number);
	snprintf(seconds, sizeof seconds, "%lld", (long long)time(NULL));
	parts[0] = slice_of_text(id);
	parts[1] = parts[3] = slice_of_text(".");
	parts[2] = slice_of_text(seconds);
	parts[4] = slice_of(post->body, post->body_n);
	hash = hook_mac(slice_of(key, key_n), parts, 5);
	base64_encode(hash.b, HASH_BYTES, mac);
	n = snprintf(post->head, HEAD_BYTES,
		     "POST /hooks/%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
		     "application/json\r\nwebhook-id: %s\r\nwebhook-timestamp: %s\r\n"
		     "webhook-signature: v1,%s\r\nContent-Length: %zu\r\n\r\n",
		     hook->id, id, seconds, mac, post->body_n);
	if (n < 0 || n >= HEAD_BYTES)
		abort();
	post->head_n = (size_t)n;
}

static void hook_make(struct load *load, unsigned number)
{
	char today[DATE_TEXT_BYTES];
	struct post *post = short_post(load, number, today);

	put(post,
	    "{\"type\":\"donation.received\",\"timestamp\":\"%sT00:00:00Z\","
	    "\"data\":{\"id\":\"D-%u\",\"amount\":%u,\"currency\":\"EUR\"}}",
	    today, number, 100 + number % 900);
	hook_sign(load, post, number);
}

static void get_make(struct load *load, unsigned number, const char *path)
{
	struct post *post = &load->posts[number];
	int n = snprintf(post->head, HEAD_BYTES,
			 "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);

	if (n < 0 || n >= HEAD_BYTES)
		abort();
	post->head_n = (size_t)n;
}

/* ---- posting ---- */

struct connection {
	struct post *post; /* under way; NULL: none */
	int fd;
	size_t sent, received, answer_n; /* answer_n is 0 until the head is whole */
	int64_t start_ns;
	char answer[ANSWER_BYTES + 1];
};

static void connection_open(struct connection *connection, unsigned port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int one = 1;

	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection->fd < 0 ||
	    connect(connection->fd, (struct sockaddr *)&address, sizeof address) ||
	    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) ||
	    fcntl(connection->fd, F_SETFL, O_NONBLOCK))
		die("connect");
}

/* Sends what the socket takes. */
static void post_send(struct connection *connection)
{
	const struct post *post = connection->post;
	size_t whole = post->head_n + post->body_n;

	while (connection->sent < whole) {
		size_t head =
			connection->sent < post->head_n ? connection->sent : post->head_n;
		size_t body = connection->sent - head;
		struct iovec parts[2] = {
			{ .iov_base = (char *)(uintptr_t)post->head + head,
			  .iov_len = post->head_n - head },
			{ .iov_base = post->body + body, .iov_len = post->body_n - body },
		};
		ssize_t n = writev(connection->fd, parts, 2);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0)
			die("send");
		connection->sent += (size_t)n;
	}
}

/* The bytes of the whole answer, once its head is there; 0 before. */
static size_t answer_bytes(const char *answer)
{
	static const char name[] = "\r\ncontent-length:";
	const char *body = strstr(answer, "\r\n\r\n");
	const char *length = body ? strcasestr(answer, name) : NULL;
	size_t whole;

	if (!body)
		return 0;
	if (!length || length > body)
		die("no length");
	whole = (size_t)(body + 4 - answer) +
		(size_t)strtoll(length + strlen(name), NULL, 10);
	if (whole > ANSWER_BYTES)
		die("a long answer");
	return whole;
}

/* Reads what has come; whether the answer is whole. It ends with a NUL. */
static bool answer_receive(struct connection *connection)
{
	ssize_t got = read(connection->fd, connection->answer + connection->received,
			   ANSWER_BYTES - connection->received);

	if (got < 0 && errno == EAGAIN)
		return false;
	if (got <= 0)
		die("receive");
	connection->received += (size_t)got;
	connection->answer[connection->received] = '\0';
	if (!connection->answer_n)
		connection->answer_n = answer_bytes(connection->answer);
	return connection->answer_n && connection->received >= connection->answer_n;
}

static void answer_must(bool good, const char *answer)
{
	if (good)
		return;
	fprintf(stderr, "bench_load: %s\n", answer);
	exit(2);
}

static uint64_t answer_position(const char *answer)
{
	static const char name[] = "\"position\":";
	const char *found = strstr(answer, name);

	answer_must(strncmp(answer, "HTTP/1.1 201 ", 13) == 0 && found, answer);
	return strtoull(found + strlen(name), NULL, 10);
}

static void post_begin(struct load *load, struct connection *connection)
{
	connection->post = NULL;
	if (load->next == load->n_posts)
		return;
	connection->post = &load->posts[load->next++];
	connection->sent = connection->received = connection->answer_n = 0;
	connection->start_ns = stopwatch_ns();
	post_send(connection);
}

static void connection_go_on(struct load *load, struct connection *connection)
{
	struct post *post = connection->post;

	if (!post)
		return; /* that there is room again */
	post_send(connection);
	if (!answer_receive(connection))
		return;
	post->took_ns = stopwatch_ns() - connection->start_ns;
	if (load->is_get || load->is_hook)
		answer_must(strncmp(connection->answer, "HTTP/1.1 200 ", 13) == 0,
			    connection->answer);
	else
		post->position = answer_position(connection->answer);
	load->n_answered++;
	post_begin(load, connection);
}

/* Each socket is told to epoll once and for all: it wakes when something comes, and when
 * one that was full has room. */
static int64_t load_run(struct load *load, unsigned n)
{
	static struct epoll_event events[CONNECTIONS_MAX];
	struct connection *connections = calloc(n, sizeof *connections);
	int poll = epoll_create1(EPOLL_CLOEXEC);
	int64_t start;

	if (!connections || poll < 0)
		die("memory");
	for (unsigned i = 0; i < n; i++) {
		struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET,
					     .data.ptr = &connections[i] };

		connection_open(&connections[i], load->port);
		/* It has room now, and is not to be told of it. */
		if (epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].fd, &event))
			die("epoll");
	}
	while (epoll_wait(poll, events, CONNECTIONS_MAX, 0) > 0)
		;
	start = stopwatch_ns();
	for (unsigned i = 0; i < n; i++)
		post_begin(load, &connections[i]);
	while (load->n_answered < load->n_posts) {
		int ready = epoll_wait(poll, events, CONNECTIONS_MAX, -1);

		if (ready < 0 && errno != EINTR)
			die("epoll");
		for (int i = 0; i < ready; i++)
			connection_go_on(load, events[i].data.ptr);
	}
	start = stopwatch_ns() - start;
	for (unsigned i = 0; i < n; i++)
		(void)close(connections[i].fd);
	(void)close(poll);
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
		if (!load->is_get && !load->is_hook && i &&
		    load->posts[i].position == load->posts[i - 1].position) {
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

static void posts_make(struct load *load, char **argv)
{
	struct batch_plan plan = { 0 };
	bool is_gift = strcmp(argv[3], "gift") == 0;

	if (!is_gift && !load->is_get && !load->is_hook) {
		plan.is_csv = strcmp(argv[3], "csv") == 0;
		plan.rows = stopwatch_number(argv[6]);
		plan.months = stopwatch_number(argv[7]);
	}
	for (unsigned i = 0; i < load->n_posts; i++) {
		if (load->is_get)
			get_make(load, i, argv[6]);
		else if (load->is_hook)
			hook_make(load, i);
		else if (is_gift)
			gift_make(load, i);
		else
			batch_make(load, &plan, i);
	}
}

/* 0: no such form. */
static int arguments_of(const char *form)
{
	static const struct {
		const char *name;
		int count;
	} forms[] = {
		{ "json", 8 }, { "csv", 8 }, { "gift", 6 }, { "hook", 6 }, { "get", 7 }
	};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (strcmp(form, forms[i].name) == 0)
			return forms[i].count;
	return 0;
}

int main(int argc, char **argv)
{
	static struct load load;
	unsigned connections;

	if (argc < 4 || argc != arguments_of(argv[3])) {
		fprintf(stderr,
			"usage: bench_load PORT TOKENS json|csv CONNECTIONS BATCHES "
			"ROWS MONTHS\n"
			"       bench_load PORT TOKENS gift CONNECTIONS GIFTS\n"
			"       bench_load PORT SECRETS hook CONNECTIONS DELIVERIES\n"
			"       bench_load PORT TOKENS get CONNECTIONS REQUESTS PATH\n");
		return 2;
	}
	load.port = stopwatch_number(argv[1]);
	tokens_read(&load, argv[2]);
	load.is_get = strcmp(argv[3], "get") == 0;
	load.is_hook = strcmp(argv[3], "hook") == 0;
	connections = stopwatch_number(argv[4]);
	load.n_posts = stopwatch_number(argv[5]);
	load.posts = calloc(load.n_posts + 1, sizeof *load.posts);
	if (!load.posts || connections == 0 || connections > CONNECTIONS_MAX ||
	    load.n_posts == 0)
		die("numbers");
	posts_make(&load, argv);
	report(&load, load_run(&load, connections));
	for (size_t i = 0; i < load.n_posts; i++)
		free(load.posts[i].body);
	free(load.posts);
	free(load.companies);
	return 0;
}
