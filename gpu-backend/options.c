/* SPDX-License-Identifier: MIT */
/* The command line of binnacle-gpu. */
#include "gpu-backend/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_RENDERER
#define RENDERER_CAPABILITIES "\"virgl\", \"render-node\""
#else
#define RENDERER_CAPABILITIES ""
#endif

static const char usage[] =
	"Usage: binnacle-gpu --socket-path=PATH | --fd=N [OPTION]...\n"
	"Serves a virtual machine's virtio-gpu over vhost-user and shows its scanouts.\n"
	"\n"
	"      --socket-path=PATH    listen for the VMM at this unix socket\n"
	"      --fd=N                or use this inherited socket\n"
	"      --guest=NAME          the guest: its display socket, status socket and log lines\n"
	"      --display=KIND        wayland (default with --guest), vmm (default without) or "
	"none\n"
	"      --wayland-display=S   the compositor's socket, instead of the guest's own\n"
	"      --outputs=N           scanouts of the guest, 1 to 16 (default 1)\n"
	"      --mode=WxH[@HZ]       mode of a scanout whose screen does not say one\n"
	"                            (default 1280x800@60)\n"
	"      --virgl               do not start without 3D (default: 3D where it works)\n"
	"      --no-virgl            2D only\n"
	"      --render-node=PATH    the GPU to draw 3D with (default: the first; without one, "
	"the\n"
	"                            processor)\n"
	"      --max-memory=SIZE     of all the guest's resources (default 512M)\n"
	"      --max-resources=N     resources of the guest (default 2048)\n"
	"      --max-backing=N       memory entries of the guest (default 262144)\n"
	"      --max-contexts=N      3D contexts of the guest (default 256)\n"
	"      --print-capabilities  print what vhost-user management software asks, and exit\n"
	"  -v, --verbose             log more\n"
	"  -h, --help                print this help, and exit\n"
	"  -V, --version             print the version, and exit\n";

enum option_id {
	OPTION_SOCKET_PATH = 256,
	OPTION_FD,
	OPTION_GUEST,
	OPTION_DISPLAY,
	OPTION_WAYLAND,
	OPTION_OUTPUTS,
	OPTION_MODE,
	OPTION_VIRGL,
	OPTION_NO_VIRGL,
	OPTION_RENDER_NODE,
	OPTION_MAX_MEMORY,
	OPTION_MAX_CONTEXTS,
	OPTION_MAX_RESOURCES,
	OPTION_MAX_BACKING,
	OPTION_CAPABILITIES,
};

static const struct option long_options[] = {
	{"socket-path", required_argument, NULL, OPTION_SOCKET_PATH},
	{"fd", required_argument, NULL, OPTION_FD},
	{"guest", required_argument, NULL, OPTION_GUEST},
	{"display", required_argument, NULL, OPTION_DISPLAY},
	{"wayland-display", required_argument, NULL, OPTION_WAYLAND},
	{"outputs", required_argument, NULL, OPTION_OUTPUTS},
	{"mode", required_argument, NULL, OPTION_MODE},
	{"virgl", no_argument, NULL, OPTION_VIRGL},
	{"no-virgl", no_argument, NULL, OPTION_NO_VIRGL},
	{"render-node", required_argument, NULL, OPTION_RENDER_NODE},
	{"max-contexts", required_argument, NULL, OPTION_MAX_CONTEXTS},
	{"max-memory", required_argument, NULL, OPTION_MAX_MEMORY},
	{"max-resources", required_argument, NULL, OPTION_MAX_RESOURCES},
	{"max-backing", required_argument, NULL, OPTION_MAX_BACKING},
	{"print-capabilities", no_argument, NULL, OPTION_CAPABILITIES},
	{"verbose", no_argument, NULL, 'v'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static bool parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && !*end && !errno && *out >= min && *out <= max;
}

static bool parse_u32(const char *text, uint32_t min, uint32_t max, uint32_t *out)
{
	uint64_t value;

	if (!parse_number(text, min, max, &value))
		return false;
	*out = (uint32_t)value;
	return true;
}

/* Bytes, with a K, M or G behind them if wanted. */
static bool parse_bytes(const char *text, uint64_t *out)
{
	char digits[24] = "";
	size_t length = strlen(text);
	uint32_t shift = 0;

	if (!length || length >= sizeof(digits))
		return false;
	memcpy(digits, text, length);
	switch (digits[length - 1]) {
	case 'K':
		shift = 10;
		break;
	case 'M':
		shift = 20;
		break;
	case 'G':
		shift = 30;
		break;
	}
	if (shift)
		digits[length - 1] = '\0';
	if (!parse_number(digits, 1, UINT64_MAX >> shift, out))
		return false;
	*out <<= shift;
	return true;
}

static bool parse_mode(const char *text, struct screen *screen)
{
	unsigned width, height, hz = 60;
	int end = 0;

	/* scanf takes blanks and signs, too. */
	if (text[strspn(text, "0123456789x@")])
		return false;
	if (sscanf(text, "%5ux%5u%n@%3u%n", &width, &height, &end, &hz, &end) < 2 || text[end])
		return false;
	if (!width || !height || width > 16384 || height > 16384 || !hz)
		return false;
	screen->width_px = width;
	screen->height_px = height;
	screen->refresh_mhz = hz * 1000;
	return true;
}

/* A name that is one directory and one word of a log line. */
static bool guest_name_valid(const char *name)
{
	size_t length = strlen(name);

	return length >= 1 && length <= 32 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

static bool display_valid(const char *name)
{
	return !strcmp(name, "wayland") || !strcmp(name, "vmm") || !strcmp(name, "none");
}

/* False if the value is not one the option takes. */
static bool option_take(struct options *options, int option, const char *value)
{
	uint32_t fd;

	switch (option) {
	case OPTION_SOCKET_PATH:
		options->socket_path = value;
		return *value;
	case OPTION_FD:
		if (!parse_u32(value, 0, INT32_MAX, &fd))
			return false;
		options->fd = (int)fd;
		return true;
	case OPTION_GUEST:
		options->guest = value;
		return guest_name_valid(value);
	case OPTION_DISPLAY:
		options->display = value;
		return display_valid(value);
	case OPTION_WAYLAND:
		options->wayland = value;
		return *value;
	case OPTION_OUTPUTS:
		return parse_u32(value, 1, VIRTIO_GPU_MAX_SCANOUTS, &options->scanout_count);
	case OPTION_MODE:
		return parse_mode(value, &options->screen);
	case OPTION_VIRGL:
		options->virgl = OPTIONS_VIRGL_ON;
		return true;
	case OPTION_NO_VIRGL:
		options->virgl = OPTIONS_VIRGL_OFF;
		return true;
	case OPTION_RENDER_NODE:
		options->render_node = value;
		return *value;
	case OPTION_MAX_CONTEXTS:
		return parse_u32(value, 1, UINT32_MAX, &options->limits.contexts);
	case OPTION_MAX_MEMORY:
		return parse_bytes(value, &options->limits.memory_bytes);
	case OPTION_MAX_RESOURCES:
		return parse_u32(value, 1, UINT32_MAX, &options->limits.resources);
	case OPTION_MAX_BACKING:
		return parse_u32(value, 1, UINT32_MAX, &options->limits.backing_entries);
	case 'v':
		options->log_level = LOG_DEBUG;
		return true;
	}
	return false;
}

/* What only all options together can tell. */
static enum options_action options_check(struct options *options)
{
	if (!options->socket_path == (options->fd < 0)) {
		fprintf(stderr, "binnacle-gpu: give either --socket-path or --fd "
				"(see binnacle-gpu --help)\n");
		return OPTIONS_EXIT_FAILURE;
	}
	if (!options->display)
		options->display = options->guest || options->wayland ? "wayland" : "vmm";
	if (!strcmp(options->display, "wayland") && !options->guest && !options->wayland) {
		options->wayland = getenv("WAYLAND_DISPLAY");
		if (!options->wayland) {
			fprintf(stderr, "binnacle-gpu: --display=wayland needs --guest, "
					"--wayland-display or WAYLAND_DISPLAY\n");
			return OPTIONS_EXIT_FAILURE;
		}
	}
	return OPTIONS_RUN;
}

enum options_action options_parse(struct options *options, int argc, char **argv)
{
	int option, index = 0;

	*options = (struct options){
		.fd = -1,
		.screen = {.connected = true,
			.width_px = 1280,
			.height_px = 800,
			.refresh_mhz = 60000},
		.scanout_count = 1,
		.limits = GPU_LIMITS_DEFAULT,
		.log_level = LOG_INFO,
	};
	while ((option = getopt_long(argc, argv, "hvV", long_options, &index)) != -1) {
		switch (option) {
		case 'h':
			fputs(usage, stdout);
			return OPTIONS_EXIT_OK;
		case 'V':
			puts("binnacle-gpu " BINNACLE_VERSION);
			return OPTIONS_EXIT_OK;
		case OPTION_CAPABILITIES:
			puts("{\"type\": \"gpu\", \"features\": [" RENDERER_CAPABILITIES "]}");
			return OPTIONS_EXIT_OK;
		case '?':
			fprintf(stderr, "binnacle-gpu: see binnacle-gpu --help\n");
			return OPTIONS_EXIT_FAILURE;
		}
		if (!option_take(options, option, optarg)) {
			fprintf(stderr, "binnacle-gpu: --%s does not take '%s' (see --help)\n",
				long_options[index].name, optarg);
			return OPTIONS_EXIT_FAILURE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "binnacle-gpu: unexpected argument '%s' (see --help)\n",
			argv[optind]);
		return OPTIONS_EXIT_FAILURE;
	}
	return options_check(options);
}
