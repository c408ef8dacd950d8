/*
 * gate.h - arrondi-gateway as a process: started, watched, killed.
 *
 * It dies with the thread that started it. Its log is FOLDER/gateway.log.
 */
#ifndef ARRONDI_TESTS_GATE_H
#define ARRONDI_TESTS_GATE_H

#include <stdbool.h>

#include "tests/house.h"

struct gate_options {
	const char *preload; /* a library's path, or NULL */
	const char *config;  /* a configuration file, or NULL */
};

struct gate {
	const struct house *house;
	pid_t pid;
	char port_file[HOUSE_PATH_BYTES];
	char log[HOUSE_PATH_BYTES];
	unsigned port; /* once it listens */
};

/* Starts it and does not wait. `number` tells gates of one house apart. */
void gate_begin(struct gate *gate, const struct house *house, unsigned number,
		const struct gate_options *options);
/* Until it listens. Fails the trial when it does not, within a generous time. */
void gate_await(struct gate *gate);
/* Both. */
void gate_open(struct gate *gate, const struct house *house, unsigned number,
	       const struct gate_options *options);

/* SIGKILL. */
void gate_kill(struct gate *gate);
/* SIGTERM; it must end with status 0. */
void gate_close(struct gate *gate);

bool gate_is_alive(struct gate *gate);
long gate_peak_kib(const struct gate *gate); /* VmHWM since it was forgotten */
void gate_forget_peak(const struct gate *gate);
unsigned gate_files(const struct gate *gate); /* descriptors that it has open */

#endif
