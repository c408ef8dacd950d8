/*
 * gateway_main.c - arrondi-gateway: serves a ledger over HTTP until it is told to stop,
 * or carries out one command (command.h).
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/api.h"
#include "gateway/command.h"
#include "gateway/log.h"
#include "keys/cli.h"
#include "keys/file.h"
#include "keys/version.h"

#define PROGRAM COMMAND_PROGRAM

static const char usage[] =
	"usage: arrondi-gateway DIR [--listen ADDRESS:PORT] [--config FILE]\n"
	"                           [--port-file FILE]\n"
	"       arrondi-gateway COMMAND ...\n"
	"\n"
	"Serves the ledger in DIR over HTTP. TLS is a reverse proxy's.\n"
	"\n"
	"  --listen A:P     where to listen (127.0.0.1:8080; port 0: any free one)\n"
	"  --config FILE    limits and settings; --listen goes before them\n"
	"  --port-file FILE write the port to FILE once the service listens\n"
	"  --help, --version\n"
	"\n"
	"SIGTERM and SIGINT end it cleanly: what was taken is answered. SIGHUP reads "
	"the\n"
	"hooks and endpoints of the configuration and their secrets again. A folder "
	"that has a\n"
	"command's name is written ./NAME. Commands:\n"
	"\n";

struct options {
	const char *dir;
	const char *listen;
	const char *config;
	const char *port_file;
};

enum { OPTION_HELP = 256, OPTION_VERSION };

static const struct option long_options[] = {
	{ "listen", required_argument, NULL, 'l' },
	{ "config", required_argument, NULL, 'c' },
	{ "port-file", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ 0 },
};

/* false: the program ends with *ret_status. */
static bool options_read(int argc, char **argv, struct options *options, int *ret_status)
{
	int option;

	*ret_status = CLI_TROUBLE; /* getopt has said why */
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (option) {
		case 'l':
			options->listen = optarg;
			break;
		case 'c':
			options->config = optarg;
			break;
		case 'p':
			options->port_file = optarg;
			break;
		case OPTION_HELP:
			fputs(usage, stdout);
			command_print_all();
			*ret_status = cli_finish(PROGRAM, CLI_DONE);
			return false;
		case OPTION_VERSION:
			puts(PROGRAM " " ARRONDI_VERSION);
			*ret_status = cli_finish(PROGRAM, CLI_DONE);
			return false;
		default:
			return false;
		}
	}
	if (argc - optind != 1) {
		*ret_status = cli_usage(PROGRAM, "one ledger folder must be named");
		return false;
	}
	options->dir = argv[optind];
	return true;
}

static enum err config_make(const struct options *options, struct config *config,
			    struct fault *fault)
{
	config_init(config);
	if (options->config) {
		enum err err = config_read(options->config, config, fault);

		if (err)
			return err;
	}
	if (!options->listen)
		return ERR_OK;
	if (strlen(options->listen) > LIMIT_LISTEN_BYTES)
		return fault_set(fault, ERR_USAGE, "--listen is too long");
	memcpy(config->listen, options->listen, strlen(options->listen) + 1);
	return ERR_OK;
}

static enum err port_write(const struct options *options, const struct api *api,
			   struct fault *fault)
{
	char text[16];
	int n = snprintf(text, sizeof text, "%u\n", api_port(api));

	if (!options->port_file)
		return ERR_OK;
	return file_write(options->port_file, slice_of(text, (size_t)n), 0644, fault);
}

/* Before there are threads: all of them inherit it, so that only the main one hears
 * of signals. A client that is gone is an error of a write, not a signal. */
static void signals_block(sigset_t *ret_stop)
{
	(void)sigemptyset(ret_stop);
	(void)sigaddset(ret_stop, SIGTERM);
	(void)sigaddset(ret_stop, SIGINT);
	(void)sigaddset(ret_stop, SIGHUP);
	if (pthread_sigmask(SIG_BLOCK, ret_stop, NULL) != 0 ||
	    signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		abort();
}

static void log_event(const char *event, const struct api *api)
{
	struct log_line line;

	log_begin(&line, LOG_INFO, event);
	log_text(&line, "version", ARRONDI_VERSION);
	if (api)
		log_integer(&line, "port", api_port(api));
	log_end(&line);
}

/* The hooks and endpoints alone: secrets are rotated without a restart. What is wrong
 * leaves those in force as they are. */
static void reload(const struct options *options, struct api *api)
{
	struct config config;
	struct log_line line;
	struct fault fault = { 0 };
	enum err err = config_make(options, &config, &fault);

	if (!err)
		err = api_reload(api, &config, &fault);
	log_begin(&line, err ? LOG_ERROR : LOG_INFO, err ? "not-reloaded" : "reloaded");
	if (err)
		log_sentence(&line, "text", fault.text);
	log_end(&line);
}

static int serve(const struct options *options, struct fault *fault)
{
	struct config config;
	struct api *api = NULL;
	sigset_t stop;
	int signal_number = 0;
	enum err err = config_make(options, &config, fault);

	signals_block(&stop);
	if (!err)
		err = api_start(options->dir, &config, &api, fault);
	if (err)
		return cli_fail(PROGRAM, fault);
	err = port_write(options, api, fault);
	if (!err) {
		log_event("started", api);
		while (sigwait(&stop, &signal_number) != 0 || signal_number == SIGHUP)
			if (signal_number == SIGHUP)
				reload(options, api);
	}
	log_event("stopping", NULL);
	if (api_stop(api) != ERR_OK) {
		struct log_line line;

		log_begin(&line, LOG_WARNING, "abandoned");
		log_sentence(&line, "text", "a request was not answered in time");
		log_end(&line);
	}
	log_event("stopped", NULL);
	return err ? cli_fail(PROGRAM, fault) : CLI_DONE;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	struct fault fault = { 0 };
	const struct command *command = argc > 1 ? command_find(argv[1]) : NULL;
	int status;

	if (command)
		return command->run(argc - 1, argv + 1);
	if (!options_read(argc, argv, &options, &status))
		return status;
	return serve(&options, &fault);
}
