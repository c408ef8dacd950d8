/*
 * api_rig.c - see api_rig.h.
 */
#include "tests/api_rig.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/log.h"

#define CLIENT_PATIENCE_S 30

static const struct {
	const char *member;
	enum role role;
} members[WHO__COUNT] = {
	[WHO_OPERATOR] = { "operator", ROLE_OPERATOR },
	[WHO_TREASURER] = { "treasurer", ROLE_TREASURER },
	[WHO_SEAT] = { "siege-1", ROLE_SEAT },
	[WHO_AUDITOR] = { "auditor-1", ROLE_AUDITOR },
	[WHO_EMPLOYER] = { TEMPORARY_EMPLOYER, ROLE_EMPLOYER },
	[WHO_OTHER] = { TEMPORARY_OTHER, ROLE_EMPLOYER },
};

void api_rig_init(struct api_rig *rig)
{
	struct asked asked;

	memset(rig, 0, sizeof *rig);
	/* What is logged is not what these tests are about. */
	log_fd_set(open("/dev/null", O_WRONLY | O_CLOEXEC));
	config_init(&rig->config);
	memcpy(rig->config.listen, "127.0.0.1:0", sizeof "127.0.0.1:0");
	rig->temporary = temporary_new();
	asked_init(&asked, "operator",
		   "'kind':'member','ref':'M-AUDIT','id':'auditor-1','role':'auditor',"
		   "'status':'active','name':'Cabinet'");
	assert_int_equal(temporary_submit(rig->temporary, &asked), ERR_OK);
	asked_clear(&asked);
	for (int i = 0; i < WHO__COUNT; i++) {
		struct token_grant grant = { .role = members[i].role,
					     .expires_at = INT64_MAX };

		snprintf(grant.member, sizeof grant.member, "%s", members[i].member);
		assert_int_equal(ledger_token_issue(rig->temporary->ledger, &grant,
						    rig->token[i],
						    &rig->temporary->fault),
				 ERR_OK);
	}
}

void api_rig_start(struct api_rig *rig)
{
	struct fault fault;

	ledger_close(rig->temporary->ledger);
	rig->temporary->ledger = NULL;
	if (api_start(rig->temporary->dir, &rig->config, &rig->api, &fault))
		fail_msg("%s", fault.text);
	rig->port = api_port(rig->api);
}

void api_rig_stop(struct api_rig *rig)
{
	struct api *api = rig->api;

	rig->api = NULL;
	assert_int_equal(api_stop(api), ERR_OK);
	temporary_reopen(rig->temporary);
}

void api_rig_free(struct api_rig *rig)
{
	if (rig->api)
		api_rig_stop(rig);
	temporary_free(rig->temporary);
}

/* ---- the client ---- */

static bool send_all(int fd, const char *bytes, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		bytes += sent;
		n -= (size_t)sent;
	}
	return true;
}

static int client_connect(const struct api_rig *rig)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)rig->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const struct timeval patience = { .tv_sec = CLIENT_PATIENCE_S };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience)) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool request_send(int fd, const struct api_request *request)
{
	char head[2048];
	size_t body_n = request->body_bytes;
	int n;

	if (request->body && !body_n)
		body_n = strlen(request->body);
	n = snprintf(head, sizeof head,
		     "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
		     "%s%s%s%s%s%s%s%sContent-Length: %zu\r\n\r\n",
		     request->method, request->path,
		     request->token ? "Authorization: Bearer " : "",
		     request->token ? request->token : "", request->token ? "\r\n" : "",
		     request->type ? "Content-Type: " : "",
		     request->type ? request->type : "", request->type ? "\r\n" : "",
		     request->field ? request->field : "", request->field ? "\r\n" : "",
		     body_n);
	return n > 0 && (size_t)n < sizeof head && send_all(fd, head, (size_t)n) &&
	       send_all(fd, request->body, body_n);
}

void api_ask(const struct api_rig *rig, const struct api_request *request,
	     struct api_answer *ret_answer)
{
	char *text = calloc(1, API_TEXT_BYTES + 1), *end;
	int fd = client_connect(rig);
	size_t n = 0;
	ssize_t got;

	*ret_answer = (struct api_answer){ .text = text, .body = "" };
	if (!text || fd < 0)
		goto out;
	/* A server that refuses may answer before all was sent. */
	(void)request_send(fd, request);
	while (n < API_TEXT_BYTES &&
	       (got = recv(fd, text + n, API_TEXT_BYTES - n, 0)) > 0)
		n += (size_t)got;
	end = strstr(text, "\r\n\r\n");
	if (!end || strncmp(text, "HTTP/1.1 ", 9) != 0)
		goto out;
	ret_answer->body = end + 4;
	ret_answer->status = (unsigned)strtoul(text + 9, NULL, 10);
out:
	if (fd >= 0)
		close(fd);
}

void api_answer_release(struct api_answer *answer)
{
	free(answer->text);
	answer->text = NULL;
}

unsigned api_get(const struct api_rig *rig, const char *path, const char *token)
{
	struct api_answer answer;

	api_ask(rig,
		&(struct api_request){ .method = "GET", .path = path, .token = token },
		&answer);
	api_answer_release(&answer);
	return answer.status;
}

unsigned api_post(const struct api_rig *rig, const char *path, const char *token,
		  const char *json)
{
	struct api_answer answer;

	api_ask(rig,
		&(struct api_request){ .method = "POST",
				       .path = path,
				       .token = token,
				       .type = "application/json",
				       .body = json },
		&answer);
	api_answer_release(&answer);
	return answer.status;
}

void api_gift(const char *ref, char ret_json[512])
{
	snprintf(ret_json, 512,
		 "{\"ref\":\"%s\",\"date\":\"%s\",\"payer\":\"%s\",\"giver\":\"company\","
		 "\"fund\":\"emploi\",\"amount\":100}",
		 ref, temporary_today(), TEMPORARY_EMPLOYER);
}
