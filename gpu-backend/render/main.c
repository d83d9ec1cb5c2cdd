/* SPDX-License-Identifier: MIT */
/*
 * binnacle-gpu-render: what a guest draws with 3D commands, in a process of its own. binnacle-gpu
 * starts it; when it crashes, hangs or is killed, what the guest drew is lost, and nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define VIRGL_RENDERER_UNSTABLE_APIS
#include <virgl/virglrenderer.h>

#include "gpu-backend/render/blob-memory.h"
#include "gpu-backend/render/execute.h"
#include "gpu-backend/render/share.h"

struct options {
	int fd;
	const char *guest;
	const char *render_node; /* or NULL: the first there is, or none */
	enum log_level log_level;
};

/* virglrenderer has no argument for its log and for opening the node. */
static struct {
	bool started;
	struct log_limit log;
	const char *render_node;
} virgl;

static const char usage[] =
	"Usage: binnacle-gpu-render --fd=N [--guest=NAME] [--render-node=PATH] [-v]\n"
	"Draws what a guest's 3D commands say. Started by binnacle-gpu, which see.\n";

static void log_virgl(const char *format, va_list args)
{
	char line[256];

	if (virgl.started && log_limit_drops(&virgl.log))
		return;
	vsnprintf(line, sizeof(line), format, args);
	line[strcspn(line, "\n")] = '\0';
	/* At first it tells what it found. */
	if (!virgl.started)
		log_debug("virglrenderer: %s", line);
	else
		log_limited(&virgl.log, "virglrenderer: %s", line);
}

static void pass_fence(void *data, uint32_t fence)
{
	struct render *render = data;

	fences_pass(&render->fences, fence);
}

static void pass_context_fence(void *data, uint32_t context_id, uint32_t ring_index, uint64_t fence)
{
	struct render *render = data;

	fences_pass_ring(&render->fences, context_id, ring_index, fence);
}

static int open_render_node(void *data)
{
	return open(virgl.render_node, O_RDWR | O_CLOEXEC);
}

static struct virgl_renderer_callbacks callbacks = {
	.version = 3,
	.write_fence = pass_fence,
	.write_context_fence = pass_context_fence,
};

/* Without a node there is Mesa's software renderer, which needs no display server either. */
static bool start_virgl(struct render *render, const struct options *options)
{
	int flags = VIRGL_RENDERER_USE_EGL | VIRGL_RENDERER_THREAD_SYNC;
	glob_t nodes = {0};
	int error;

	virgl.render_node = options->render_node;
	if (!virgl.render_node && glob("/dev/dri/renderD*", 0, NULL, &nodes) == 0)
		virgl.render_node = strdup(nodes.gl_pathv[0]); /* for good */
	if (virgl.render_node)
		callbacks.get_drm_fd = open_render_node;
	else
		flags |= VIRGL_RENDERER_USE_SURFACELESS;
	virgl_set_debug_callback(log_virgl);
	error = virgl_renderer_init(render, flags, &callbacks);
	if (error)
		log_error("virglrenderer does not start %s%s (%d)",
			virgl.render_node ? "on " : "without a GPU",
			virgl.render_node ? virgl.render_node : "", error);
	else if (virgl_renderer_get_poll_fd() < 0)
		log_error("virglrenderer cannot tell of its fences here");
	globfree(&nodes);
	return !error && virgl_renderer_get_poll_fd() >= 0;
}

/* Virgl's capability sets; ids of VIRTIO 1.3 §5.7.6.8. */
static const uint32_t capset_ids[] = {1, 2};

static int send_hello(struct render *render)
{
	struct render_hello hello = {.version = RENDER_VERSION};
	struct render_capset capsets[RENDER_MAX_CAPSETS];
	int error;

	/* A GPU draws into memory of its own. */
	if (!virgl.render_node && share_works())
		hello.abilities |= RENDER_SHARES;
	render->maps = !virgl.render_node && blob_memory_works();
	if (render->maps)
		hello.abilities |= RENDER_MAPS;
	snprintf(hello.device, sizeof(hello.device), "%s",
		virgl.render_node ? virgl.render_node : "the processor");
	for (size_t i = 0; i < sizeof(capset_ids) / sizeof(capset_ids[0]); i++) {
		struct render_capset *capset = &capsets[hello.capset_count];

		*capset = (struct render_capset){.id = capset_ids[i]};
		virgl_renderer_get_cap_set(capset->id, &capset->max_version, &capset->size);
		if (capset->size && capset->size <= RENDER_MAX_CAPSET_BYTES)
			hello.capset_count++;
	}
	error = channel_write(&render->channel, &hello, sizeof(hello));
	for (uint32_t i = 0; !error && i < hello.capset_count; i++) {
		char *data = calloc(1, capsets[i].size);

		if (!data)
			return -ENOMEM;
		virgl_renderer_fill_caps(capsets[i].id, capsets[i].max_version, data);
		error = channel_write(&render->channel, &capsets[i], sizeof(capsets[i]));
		if (!error)
			error = channel_write(&render->channel, data, capsets[i].size);
		free(data);
	}
	return error;
}

/* Executes what one read has brought. */
static int execute_received(struct render *render)
{
	const struct render_header *header;
	const void *body;
	int error = channel_receive(&render->channel);

	while (!error && (header = channel_next(&render->channel, &body, &error))) {
		if (!render_execute(render, header, body)) {
			log_error("bad message %u of %u bytes", header->op, header->size);
			return -EPROTO;
		}
	}
	return error == -EAGAIN ? 0 : error;
}

static int run(struct render *render)
{
	struct pollfd fds[] = {
		{.fd = render->channel.fd, .events = POLLIN},
		{.fd = virgl_renderer_get_poll_fd(), .events = POLLIN},
	};
	int error = 0;

	while (!error) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[0].revents)
			error = execute_received(render);
		/* Also clears what the descriptor says. */
		if (!error)
			virgl_renderer_poll();
		if (!error)
			error = channel_flush(&render->channel);
	}
	return error;
}

static bool parse(struct options *options, int argc, char **argv)
{
	static const struct option long_options[] = {
		{"fd", required_argument, NULL, 'f'},
		{"guest", required_argument, NULL, 'g'},
		{"render-node", required_argument, NULL, 'r'},
		{"verbose", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	int option;

	*options = (struct options){.fd = -1, .log_level = LOG_INFO};
	while ((option = getopt_long(argc, argv, "hvV", long_options, NULL)) != -1) {
		switch (option) {
		case 'f':
			options->fd = atoi(optarg);
			break;
		case 'g':
			options->guest = optarg;
			break;
		case 'r':
			options->render_node = optarg;
			break;
		case 'v':
			options->log_level = LOG_DEBUG;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		case 'V':
			puts("binnacle-gpu-render " BINNACLE_VERSION);
			exit(EXIT_SUCCESS);
		default:
			return false;
		}
	}
	return options->fd >= 0 && optind == argc;
}

int main(int argc, char **argv)
{
	static struct render render;
	struct options options;
	int error;

	if (!parse(&options, argc, argv)) {
		fputs(usage, stderr);
		return EXIT_FAILURE;
	}
	log_init("binnacle-gpu-render", options.guest, options.log_level);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* ctrl-C comes to binnacle-gpu, too, which then ends this. */
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (channel_init(&render.channel, options.fd) < 0)
		return EXIT_FAILURE;
	render_init(&render);
	if (!start_virgl(&render, &options) || send_hello(&render) < 0)
		return EXIT_FAILURE;
	virgl.started = true;
	error = run(&render);
	render_finish(&render);
	virgl_renderer_cleanup(&render);
	channel_finish(&render.channel);
	return error == -EPIPE ? EXIT_SUCCESS : EXIT_FAILURE;
}
