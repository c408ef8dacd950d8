/*
 * gate.c - see gate.h.
 */
#include "tests/gate.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/trial.h"

#define START_MAX_US  30000000
#define START_LOOK_US 500

void gate_begin(struct gate *gate, const struct house *house, unsigned number,
		const struct gate_options *options)
{
	char name[32];
	const char *words[] = { "arrondi-gateway",
				house->dir,
				"--listen",
				"127.0.0.1:0",
				"--port-file",
				gate->port_file,
				NULL,
				options->config,
				NULL };

	if (options->config)
		words[6] = "--config";
	*gate = (struct gate){ .house = house };
	snprintf(name, sizeof name, "port.%u", number);
	house_path(house, name, gate->port_file);
	house_path(house, "gateway.log", gate->log);
	(void)unlink(gate->port_file); /* of the one before */
	gate->pid = program_begin(gate->log, options->preload, NULL, words);
}

bool gate_is_alive(struct gate *gate)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)gate->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == 0;
}

void gate_await(struct gate *gate)
{
	int64_t until = trial_now_us() + START_MAX_US;
	char text[16];

	for (;;) {
		file_begins(gate->port_file, text, sizeof text);
		if (strchr(text, '\n'))
			break;
		if (!gate_is_alive(gate) || trial_now_us() > until)
			trial_fail("the gateway does not start; its log is %s",
				   gate->log);
		trial_sleep_us(START_LOOK_US);
	}
	gate->port = (unsigned)strtoul(text, NULL, 10);
}

void gate_open(struct gate *gate, const struct house *house, unsigned number,
	       const struct gate_options *options)
{
	gate_begin(gate, house, number, options);
	gate_await(gate);
}

void gate_kill(struct gate *gate)
{
	if (kill(gate->pid, SIGKILL))
		trial_fail("the gateway is gone: %m");
	if (program_wait(gate->pid) != 128 + SIGKILL)
		trial_fail("the gateway has ended by itself; its log is %s", gate->log);
}

void gate_close(struct gate *gate)
{
	int status;

	if (kill(gate->pid, SIGTERM))
		trial_fail("the gateway is gone: %m");
	status = program_wait(gate->pid);
	if (status)
		trial_fail("the gateway ends with status %d; its log is %s", status,
			   gate->log);
}

long gate_peak_kib(const struct gate *gate)
{
	char path[64], text[4096];
	const char *line;

	snprintf(path, sizeof path, "/proc/%d/status", (int)gate->pid);
	file_begins(path, text, sizeof text);
	line = strstr(text, "VmHWM:");
	return line ? strtol(line + 6, NULL, 10) : -1;
}

void gate_forget_peak(const struct gate *gate)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/clear_refs", (int)gate->pid);
	file = fopen(path, "we");
	/* Where that is not allowed the peak is that of before, which is no less. */
	if (file && fputs("5", file) >= 0)
		(void)fflush(file);
	if (file)
		(void)fclose(file);
}

unsigned gate_files(const struct gate *gate)
{
	struct dirent *entry;
	unsigned files = 0;
	char path[64];
	DIR *folder;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)gate->pid);
	folder = opendir(path);
	while (folder && (entry = readdir(folder)))
		files += entry->d_name[0] != '.';
	if (folder)
		(void)closedir(folder); /* read only */
	return files;
}
