/* SPDX-License-Identifier: MIT */
/* The guest's renderer: its process, the messages to it, and its replies. */
#include "gpu-backend/renderer.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fd-socket.h"
#include "common/fd.h"
#include "common/log.h"
#include "gpu-backend/render-process.h"
#include "gpu-backend/virtio-gpu.h"

/* Mesa may have to build shader compilers and read disks before it draws for the first time. */
#define START_MS 30000
/* A renderer that is lost more often than it lives this long is not started again at once. */
#define HEALTHY_NS UINT64_C(10000000000)
#define MAX_LOSSES_IN_A_ROW 5
#define BATCH_MESSAGES 64

struct message {
	struct wl_list link; // struct renderer.out
	size_t size, sent;   /* bytes */
	int fd;              /* goes with the first byte; or −1 */
	struct render_header header;
	char body[];
};

struct renderer {
	struct renderer_options options;
	const struct renderer_listener *listener;
	void *data;
	struct wl_event_loop *loop;

	pid_t pid; /* 0: none */
	int fd;
	struct wl_event_source *source;
	struct wl_event_source *flush;    /* idle: something waits to be sent */
	struct wl_event_source *patience; /* timer */
	bool patience_runs;
	uint64_t progress_ns; /* when it last did something, or was given something to do */
	uint64_t started_ns;
	uint32_t losses_in_a_row;
	uint64_t losses;
	uint32_t generation;
	struct log_limit faults; /* a guest can lose it again and again */

	struct renderer_capset capsets[RENDER_MAX_CAPSETS];
	uint32_t capset_count;
	bool introduced; /* has said hello */
	uint32_t abilities;

	struct wl_list out;  // struct message.link
	struct wl_list held; // struct message.link, of which nothing is sent while …
	bool paused;
	uint64_t out_bytes;
	bool blocked; /* the socket was full */
	uint64_t sequence;
	struct wl_list jobs; // struct renderer_job.link, as they were sent
	uint32_t fences;     /* jobs that are fenced */

	char in[4096]; /* replies */
	size_t in_size;
};

static void renderer_lose(struct renderer *renderer, const char *why);

/* --- The process --- */

static int renderer_ready(int fd, uint32_t mask, void *data);

static int renderer_spawn(struct renderer *renderer)
{
	int error = render_process_start(&renderer->options, &renderer->pid, &renderer->fd);

	if (error)
		return error;
	renderer->source = wl_event_loop_add_fd(
		renderer->loop, renderer->fd, WL_EVENT_READABLE, renderer_ready, renderer);
	renderer->started_ns = renderer->progress_ns = clock_now_ns();
	renderer->introduced = false;
	renderer->in_size = 0;
	if (!++renderer->generation)
		renderer->generation = 1;
	return 0;
}

static void message_drop(struct renderer *renderer, struct message *message)
{
	renderer->out_bytes -= message->size;
	wl_list_remove(&message->link);
	fd_close(&message->fd);
	free(message);
}

static void job_finish(struct renderer *renderer, struct renderer_job *job, uint32_t type)
{
	wl_list_remove(&job->link);
	wl_list_init(&job->link);
	renderer->fences -= job->fenced;
	job->done(job, type);
}

void renderer_stop(struct renderer *renderer)
{
	struct message *message, *next;

	if (!renderer->pid)
		return;
	render_process_end(renderer->pid);
	renderer->pid = 0;
	if (renderer->source)
		wl_event_source_remove(renderer->source);
	renderer->source = NULL;
	fd_close(&renderer->fd);
	renderer_resume(renderer);
	wl_list_for_each_safe (message, next, &renderer->out, link)
		message_drop(renderer, message);
	renderer->blocked = false;
	/* A job that ends may begin another, which goes to nobody and ends, too. */
	while (!wl_list_empty(&renderer->jobs)) {
		struct renderer_job *job = wl_container_of(renderer->jobs.next, job, link);

		job_finish(renderer, job, VIRTIO_GPU_RESP_ERR_UNSPEC);
	}
}

void renderer_start(struct renderer *renderer)
{
	int error;

	if (renderer->pid)
		return;
	renderer->losses_in_a_row = 0;
	error = renderer_spawn(renderer);
	if (error)
		log_error("the renderer does not start: %s", strerror(-error));
}

static void renderer_lose(struct renderer *renderer, const char *why)
{
	bool healthy = clock_now_ns() - renderer->started_ns > HEALTHY_NS;

	renderer->losses++;
	renderer->losses_in_a_row = healthy ? 1 : renderer->losses_in_a_row + 1;
	log_limited(&renderer->faults, "the renderer %s: what the guest drew with it is lost", why);
	renderer_stop(renderer);
	if (renderer->losses_in_a_row > MAX_LOSSES_IN_A_ROW) {
		log_limited(&renderer->faults,
			"the renderer is not started again before the guest's driver is");
		return;
	}
	if (renderer_spawn(renderer) == 0)
		renderer->listener->replaced(renderer->data);
}

/* --- Sending --- */

/* As many messages as one call takes: up to one with a descriptor, which must begin a call. */
static ssize_t out_write(struct renderer *renderer)
{
	struct iovec iov[BATCH_MESSAGES];
	struct message *message;
	size_t count = 0;
	int fd = -1;

	wl_list_for_each (message, &renderer->out, link) {
		if (count == BATCH_MESSAGES || (count && message->fd >= 0))
			break;
		fd = count ? fd : message->fd;
		iov[count++] = (struct iovec){
			(char *)&message->header + message->sent, message->size - message->sent};
	}
	return fd_socket_send(renderer->fd, iov, count, &fd, fd >= 0);
}

static void out_sent(struct renderer *renderer, size_t sent)
{
	while (sent) {
		struct message *message = wl_container_of(renderer->out.next, message, link);
		size_t part = message->size - message->sent;

		if (part > sent)
			part = sent;
		message->sent += part;
		sent -= part;
		fd_close(&message->fd);
		if (message->sent == message->size)
			message_drop(renderer, message);
	}
}

static void renderer_flush(struct renderer *renderer)
{
	bool blocked = false;

	while (renderer->pid && !wl_list_empty(&renderer->out) && !blocked) {
		ssize_t sent = out_write(renderer);

		/* A renderer that is gone shows when its end is read. */
		blocked = sent < 0;
		if (!blocked)
			out_sent(renderer, (size_t)sent);
	}
	if (blocked != renderer->blocked && renderer->source)
		wl_event_source_fd_update(renderer->source,
			blocked ? WL_EVENT_READABLE | WL_EVENT_WRITABLE : WL_EVENT_READABLE);
	renderer->blocked = blocked;
}

static void renderer_flush_idle(void *data)
{
	struct renderer *renderer = data;

	renderer->flush = NULL;
	renderer_flush(renderer);
}

static void renderer_flush_later(struct renderer *renderer)
{
	if (!renderer->flush)
		renderer->flush =
			wl_event_loop_add_idle(renderer->loop, renderer_flush_idle, renderer);
}

void renderer_pause(struct renderer *renderer)
{
	renderer->paused = true;
}

void renderer_resume(struct renderer *renderer)
{
	renderer->paused = false;
	if (wl_list_empty(&renderer->held))
		return;
	wl_list_insert_list(renderer->out.prev, &renderer->held);
	wl_list_init(&renderer->held);
	renderer_flush_later(renderer);
}

static void patience_set(struct renderer *renderer)
{
	if (!renderer->patience_runs)
		wl_event_source_timer_update(renderer->patience, RENDERER_PATIENCE_MS);
	renderer->patience_runs = true;
}

/* How long it may still do nothing; 0 or less: no longer. */
static int patience_left_ms(const struct renderer *renderer)
{
	uint64_t idle_ms = (clock_now_ns() - renderer->progress_ns) / 1000000;

	return (renderer->introduced ? RENDERER_PATIENCE_MS : START_MS) - (int)idle_ms;
}

static int patience_over(void *data)
{
	struct renderer *renderer = data;
	int left_ms = patience_left_ms(renderer);

	renderer->patience_runs = !wl_list_empty(&renderer->jobs);
	if (!renderer->patience_runs)
		return 0;
	if (left_ms > 0) {
		wl_event_source_timer_update(renderer->patience, left_ms + 1);
		return 0;
	}
	renderer->patience_runs = false;
	renderer_lose(renderer, "hangs");
	return 0;
}

static void job_add(struct renderer *renderer, struct renderer_job *job, uint64_t sequence,
	const struct render_header *header)
{
	if (wl_list_empty(&renderer->jobs)) {
		renderer->progress_ns = clock_now_ns();
		patience_set(renderer);
	}
	job->sequence = sequence;
	job->fenced = header->flags & RENDER_FENCED;
	renderer->fences += job->fenced;
	wl_list_insert(renderer->jobs.prev, &job->link);
}

static struct message *message_add(struct renderer *renderer, const struct render_header *header,
	size_t size, struct renderer_job *job)
{
	size_t room = sizeof(*header) + ((size + 7) & ~(size_t)7);
	struct message *message;
	bool held;

	if (!renderer->pid || (size > RENDERER_SMALL_BYTES &&
				      renderer->out_bytes + room > RENDERER_MAX_QUEUED_BYTES))
		return NULL;
	message = malloc(sizeof(*message) + room);
	if (!message)
		return NULL;
	message->header = *header;
	message->header.size = (uint32_t)size;
	message->header.sequence = job ? ++renderer->sequence : 0;
	message->size = room;
	message->sent = 0;
	message->fd = -1;
	memset(message->body + size, 0, room - sizeof(*header) - size);
	renderer->out_bytes += room;
	held = renderer->paused && !(header->flags & RENDER_AHEAD);
	wl_list_insert(held ? renderer->held.prev : renderer->out.prev, &message->link);
	if (job)
		job_add(renderer, job, message->header.sequence, header);
	renderer_flush_later(renderer);
	return message;
}

void *renderer_send_space(struct renderer *renderer, const struct render_header *header,
	size_t size, struct renderer_job *job)
{
	struct message *message = message_add(renderer, header, size, job);

	return message ? message->body : NULL;
}

int renderer_send(struct renderer *renderer, const struct render_header *header, const void *body,
	size_t size, int fd, struct renderer_job *job)
{
	struct message *message;

	if (fd >= 0) {
		fd = dup(fd);
		if (fd < 0)
			return -errno;
		fd_set_cloexec(fd);
	}
	message = message_add(renderer, header, size, job);
	if (!message) {
		fd_close(&fd);
		return -ENOBUFS;
	}
	message->fd = fd;
	if (size)
		memcpy(message->body, body, size);
	return 0;
}

/* --- Receiving --- */

static struct renderer_job *job_find(struct renderer *renderer, uint64_t sequence)
{
	struct renderer_job *job;

	wl_list_for_each (job, &renderer->jobs, link) {
		if (job->sequence == sequence)
			return job;
	}
	return NULL;
}

static bool type_is_valid(uint32_t type)
{
	return type == VIRTIO_GPU_RESP_OK_NODATA ||
	       (type >= VIRTIO_GPU_RESP_ERR_UNSPEC &&
		       type <= VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
}

/* False: a reply that nobody waits for. */
static bool reply_take(struct renderer *renderer, const struct render_reply *reply)
{
	struct renderer_job *job = job_find(renderer, reply->sequence);

	if (!job || !type_is_valid(reply->type))
		return false;
	job_finish(renderer, job, reply->type);
	return true;
}

static bool hello_take(struct renderer *renderer);

static const char *replies_take(struct renderer *renderer)
{
	uint32_t generation = renderer->generation;
	size_t taken = 0;

	while (renderer->in_size - taken >= sizeof(struct render_reply)) {
		struct render_reply reply;

		memcpy(&reply, renderer->in + taken, sizeof(reply));
		taken += sizeof(reply);
		if (!reply_take(renderer, &reply))
			return "sends nonsense";
		/* What was done may have ended this process. */
		if (renderer->generation != generation || !renderer->pid)
			return NULL;
	}
	memmove(renderer->in, renderer->in + taken, renderer->in_size - taken);
	renderer->in_size -= taken;
	return NULL;
}

static const char *renderer_receive(struct renderer *renderer)
{
	ssize_t got;
	size_t fd_count;

	if (!renderer->introduced)
		return hello_take(renderer) ? NULL : "does not start";
	got = fd_socket_receive(renderer->fd, renderer->in + renderer->in_size,
		sizeof(renderer->in) - renderer->in_size, NULL, 0, &fd_count);
	if (got == -EAGAIN)
		return NULL;
	if (got <= 0)
		return "died";
	renderer->progress_ns = clock_now_ns();
	renderer->in_size += (size_t)got;
	return replies_take(renderer);
}

static int renderer_ready(int fd, uint32_t mask, void *data)
{
	struct renderer *renderer = data;
	const char *fault = renderer_receive(renderer);

	if (fault)
		renderer_lose(renderer, fault);
	else
		renderer_flush(renderer);
	return 0;
}

/* Reads size bytes; the renderer sends its hello in one go once it has begun. */
static bool read_all(const struct renderer *renderer, void *data, size_t size)
{
	char *next = data;

	while (size) {
		struct pollfd wait = {.fd = renderer->fd, .events = POLLIN};
		size_t fd_count;
		ssize_t got;

		if (poll(&wait, 1, START_MS) <= 0)
			return false;
		got = fd_socket_receive(renderer->fd, next, size, NULL, 0, &fd_count);
		if (got == -EAGAIN)
			continue;
		if (got <= 0)
			return false;
		next += got;
		size -= (size_t)got;
	}
	return true;
}

static bool capset_take(struct renderer *renderer, struct renderer_capset *capset)
{
	struct render_capset wire;

	if (!read_all(renderer, &wire, sizeof(wire)) || !wire.size ||
		wire.size > RENDER_MAX_CAPSET_BYTES)
		return false;
	*capset = (struct renderer_capset){
		.id = wire.id, .max_version = wire.max_version, .size = wire.size};
	capset->data = calloc(1, wire.size);
	return capset->data && read_all(renderer, capset->data, wire.size);
}

static bool hello_take(struct renderer *renderer)
{
	bool known = renderer->capset_count;
	struct render_hello hello;

	if (!read_all(renderer, &hello, sizeof(hello)) || hello.version != RENDER_VERSION ||
		!hello.capset_count || hello.capset_count > RENDER_MAX_CAPSETS)
		return false;
	hello.device[sizeof(hello.device) - 1] = '\0';
	if (!known)
		log_info("3D is drawn by %s", hello.device);
	for (uint32_t i = 0; i < hello.capset_count; i++) {
		struct renderer_capset capset = {0};
		bool taken = capset_take(renderer, &capset);

		/* The guest has been told the first ones. */
		if (taken && !known)
			renderer->capsets[renderer->capset_count++] = capset;
		else
			free(capset.data);
		if (!taken)
			return false;
	}
	renderer->introduced = true;
	renderer->abilities = hello.abilities;
	return true;
}

/* --- The rest --- */

struct renderer *renderer_create(struct wl_event_loop *loop, const struct renderer_options *options,
	const struct renderer_listener *listener, void *data)
{
	struct renderer *renderer = calloc(1, sizeof(*renderer));

	if (!renderer)
		return NULL;
	*renderer = (struct renderer){
		.options = *options,
		.listener = listener,
		.data = data,
		.loop = loop,
		.fd = -1,
	};
	wl_list_init(&renderer->out);
	wl_list_init(&renderer->held);
	wl_list_init(&renderer->jobs);
	renderer->patience = wl_event_loop_add_timer(loop, patience_over, renderer);
	if (!renderer->patience || renderer_spawn(renderer) < 0 || !hello_take(renderer)) {
		renderer_destroy(renderer);
		return NULL;
	}
	return renderer;
}

void renderer_destroy(struct renderer *renderer)
{
	if (!renderer)
		return;
	renderer_stop(renderer);
	if (renderer->flush)
		wl_event_source_remove(renderer->flush);
	if (renderer->patience)
		wl_event_source_remove(renderer->patience);
	for (uint32_t i = 0; i < renderer->capset_count; i++)
		free(renderer->capsets[i].data);
	free(renderer);
}

uint32_t renderer_capset_count(const struct renderer *renderer)
{
	return renderer->capset_count;
}

const struct renderer_capset *renderer_capset_at(const struct renderer *renderer, uint32_t index)
{
	return index < renderer->capset_count ? &renderer->capsets[index] : NULL;
}

const struct renderer_capset *renderer_capset_find(const struct renderer *renderer, uint32_t id)
{
	for (uint32_t i = 0; i < renderer->capset_count; i++) {
		if (renderer->capsets[i].id == id)
			return &renderer->capsets[i];
	}
	return NULL;
}

uint32_t renderer_abilities(const struct renderer *renderer)
{
	return renderer->abilities;
}

bool renderer_is_running(const struct renderer *renderer)
{
	return renderer->pid;
}

uint32_t renderer_generation(const struct renderer *renderer)
{
	return renderer->generation;
}

uint64_t renderer_losses(const struct renderer *renderer)
{
	return renderer->losses;
}

bool renderer_has_fences(const struct renderer *renderer)
{
	return renderer->fences;
}

void renderer_drain(struct renderer *renderer)
{
	uint32_t generation = renderer->generation;

	renderer_resume(renderer);
	while (renderer->pid && renderer->generation == generation &&
		!wl_list_empty(&renderer->jobs)) {
		struct pollfd wait = {.fd = renderer->fd, .events = POLLIN};
		int left_ms = patience_left_ms(renderer);

		renderer_flush(renderer);
		if (renderer->blocked)
			wait.events |= POLLOUT;
		if (left_ms <= 0 || poll(&wait, 1, left_ms) == 0)
			renderer_lose(renderer, "hangs");
		else if (wait.revents & ~POLLOUT)
			renderer_ready(renderer->fd, 0, renderer);
	}
}
