/*
 * house.c - see house.h.
 */
#include "tests/house.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "keys/note.h"
#include "tests/trial.h"

#define TOKEN_S         (INT64_C(4000) * 86400) /* also for a clock far ahead */
#define MATCH_CAP_CENTS 500

void house_path(const struct house *house, const char *name,
		char ret_path[HOUSE_PATH_BYTES])
{
	snprintf(ret_path, HOUSE_PATH_BYTES, "%s/%s", house->folder, name);
}

static void token_make(struct ledger *ledger, enum role role, struct house_member *member)
{
	struct token_grant grant = { .role = role };
	struct fault fault;

	snprintf(grant.member, sizeof grant.member, "%s", member->id);
	grant.expires_at = time(NULL) + TOKEN_S;
	trial_must(ledger_token_issue(ledger, &grant, member->token, &fault), "a token",
		   &fault);
}

static void company_make(struct ledger *ledger, unsigned i, struct house_member *company)
{
	struct submission submission, *group[] = { &submission };
	struct buffer note;
	struct fault fault;
	char match[96] = "";

	foundation_company(i, company->id);
	if (i % 2)
		snprintf(match, sizeof match, ",'match_percent':50,'match_cap_month':%d",
			 MATCH_CAP_CENTS);
	draft_init(&submission, "operator",
		   "'kind':'member','ref':'M-%u','id':'%s','role':'employer',"
		   "'siren':'%s','name':'Entreprise %u','status':'active','step':%d%s",
		   i, company->id, strchr(company->id, ':') + 1, i, FOUNDATION_STEP_CENTS,
		   match);
	buffer_init(&note, NOTE_BYTES_MAX);
	trial_must(ledger_submit(ledger, group, 1, &note, &fault), "a group", &fault);
	trial_must(submission.err, "a company", &submission.fault);
	buffer_release(&note);
	draft_release(&submission);
	token_make(ledger, ROLE_EMPLOYER, company);
}

void house_make(struct house *house, unsigned companies)
{
	house_begin(house);
	house_furnish(house, companies);
}

void house_begin(struct house *house)
{
	*house = (struct house){ .companies = 0 };
	trial_folder(house->folder);
	house_path(house, "ledger", house->dir);
	house_path(house, "export", house->out);
}

void house_furnish(struct house *house, unsigned companies)
{
	struct ledger *ledger;
	struct buffer vkey;
	struct fault fault;

	if (companies > HOUSE_COMPANIES_MAX)
		trial_fail("too many companies");
	house->companies = companies;
	ledger = foundation_make(house->dir);
	for (unsigned i = 0; i < companies; i++)
		company_make(ledger, i, &house->company[i]);
	snprintf(house->operator.id, sizeof house->operator.id, "operator");
	snprintf(house->treasurer.id, sizeof house->treasurer.id, "treasurer");
	token_make(ledger, ROLE_OPERATOR, &house->operator);
	token_make(ledger, ROLE_TREASURER, &house->treasurer);
	buffer_init(&vkey, VKEY_TEXT_BYTES_MAX);
	trial_must(ledger_vkey(ledger, &vkey, &fault), "the vkey", &fault);
	memcpy(house->vkey_text, vkey.p, vkey.n);
	house->vkey_text[vkey.n] = '\0';
	trial_must(vkey_parse(buffer_slice(&vkey), &house->vkey, &fault), "the vkey",
		   &fault);
	buffer_release(&vkey);
	trial_must(ledger_size(ledger, &house->size, &fault), "the size", &fault);
	ledger_close(ledger);
}

/* ---- programs ---- */

void program_path(const char *name, char ret_path[HOUSE_PATH_BYTES])
{
	const char *bin = getenv("BIN");

	snprintf(ret_path, HOUSE_PATH_BYTES, "%s/%s", bin ? bin : "build/bin", name);
}

/* What the child does between fork() and exec may not allocate: other threads of ours
 * may have held a lock of malloc()'s. */
static char **environment_with(const char *preload)
{
	size_t n = 0;
	char **made;

	while (environ[n])
		n++;
	made = calloc(n + 2, sizeof *made);
	if (!made)
		trial_fail("out of memory");
	memcpy(made, environ, n * sizeof *made);
	if (preload && asprintf(&made[n], "LD_PRELOAD=%s", preload) < 0)
		trial_fail("out of memory");
	return made;
}

static void environment_free(char **made, const char *preload)
{
	size_t n = 0;

	while (made[n])
		n++;
	if (preload)
		free(made[n - 1]);
	free(made);
}

pid_t program_begin(const char *said, const char *preload, const char *input,
		    const char *const words[])
{
	char path[HOUSE_PATH_BYTES], **env = environment_with(preload);
	pid_t parent = getpid(), pid;
	int fd, from;

	program_path(words[0], path);
	fd = open(said, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	from = open(input ? input : "/dev/null", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || from < 0)
		trial_fail("%s: %m", said);
	pid = fork();
	if (pid < 0)
		trial_fail("no process can be made: %m");
	if (pid == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent ||
		    dup2(from, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
			_exit(126);
		(void)execve(path, (char *const *)(uintptr_t)words, env);
		_exit(127);
	}
	(void)close(fd);
	(void)close(from);
	environment_free(env, preload);
	return pid;
}

int program_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			trial_fail("a process is lost: %m");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int program_run(const char *said, const char *const words[])
{
	(void)unlink(said);
	return program_wait(program_begin(said, NULL, NULL, words));
}

void file_begins(const char *path, char *ret_text, size_t room)
{
	FILE *file = fopen(path, "re");
	size_t n = file ? fread(ret_text, 1, room - 1, file) : 0;

	ret_text[n] = '\0';
	if (file)
		(void)fclose(file); /* read only */
}

static void program_must(const struct house *house, const char *const words[])
{
	char said[HOUSE_PATH_BYTES], text[1024];
	int status;

	house_path(house, "said", said);
	status = program_run(said, words);
	if (!status)
		return;
	file_begins(said, text, sizeof text);
	trial_fail("%s %s: status %d: %s", words[0], words[1], status, text);
}

void house_verify(const struct house *house, const char *checkpoint)
{
	const char *exports[] = { "arrondi-ledger", "export", house->dir, house->out,
				  NULL };
	const char *verify[] = { "arrondi-verify",
				 house->out,
				 "--vkey",
				 house->vkey_text,
				 checkpoint ? "--checkpoint" : NULL,
				 checkpoint,
				 NULL };
	char old[HOUSE_PATH_BYTES];
	const char *clean[] = { "rm", "-rf", old, NULL };

	snprintf(old, sizeof old, "%s", house->out);
	if (access(old, F_OK) == 0) {
		pid_t pid = fork();

		if (pid == 0) {
			(void)execvp(clean[0], (char *const *)(uintptr_t)clean);
			_exit(127);
		}
		if (pid < 0 || program_wait(pid))
			trial_fail("the last export cannot be removed");
	}
	program_must(house, exports);
	program_must(house, verify);
}

void house_check(const struct house *house)
{
	const char *check[] = { "arrondi-ledger", "check", house->dir, NULL };

	program_must(house, check);
}
