/* SPDX-License-Identifier: MIT */
/* The listening socket: one front end at a time, one after the other. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/fd.h"
#include "vhost-user/session.h"

struct server {
	struct vhost_user_server base;
	struct wl_event_loop *loop;
	struct vhost_user_device *device;
	int listen_fd; /* −1 where the inherited descriptor was the connection itself */
	struct wl_event_source *listen_source;
	char *path; /* to unlink, or NULL */
	struct vhost_user_session *session;
	struct log_limit log_limit;
};

static void server_session_drop(struct server *server)
{
	if (!server->session)
		return;
	session_destroy(server->session);
	server->session = NULL;
}

static void server_handle_session_ended(void *data)
{
	struct server *server = data;

	server_session_drop(server);
	if (server->listen_fd < 0)
		wl_signal_emit(&server->base.ended, &server->base);
}

/* Takes fd. */
static int server_serve(struct server *server, int fd)
{
	server->session = session_create(server->loop, server->device, &server->log_limit, fd,
		server_handle_session_ended, server);
	if (!server->session)
		return -ENOMEM;
	log_debug("%s: front end connected", server->device->impl->name);
	return 0;
}

static int server_accept(int listen_fd, uint32_t mask, void *data)
{
	struct server *server = data;
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return 0;
	/* A front end that was killed and started again can be here before the loop has seen the
	 * end of the first. */
	if (server->session && session_is_hung_up(server->session))
		server_session_drop(server);
	if (server->session) {
		log_limited(&server->log_limit, "%s: a second front end was refused",
			server->device->impl->name);
		close(fd);
		return 0;
	}
	server_serve(server, fd);
	return 0;
}

static struct server *server_create(struct wl_event_loop *loop, struct vhost_user_device *device)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server) {
		log_error("%s: no memory for a server", device->impl->name);
		return NULL;
	}
	server->loop = loop;
	server->device = device;
	server->listen_fd = -1;
	wl_signal_init(&server->base.ended);
	return server;
}

/* Takes fd. */
static int server_listen(struct server *server, int fd)
{
	server->listen_fd = fd;
	server->listen_source =
		wl_event_loop_add_fd(server->loop, fd, WL_EVENT_READABLE, server_accept, server);
	return server->listen_source ? 0 : -ENOMEM;
}

struct vhost_user_server *vhost_user_server_create_listening(
	struct wl_event_loop *loop, struct vhost_user_device *device, const char *path)
{
	struct server *server = server_create(loop, device);
	int fd;

	if (!server)
		return NULL;
	fd = fd_listen_unix(path);
	if (fd < 0) {
		log_error("cannot listen at '%s': %s", path, strerror(-fd));
		goto err_server;
	}
	server->path = strdup(path);
	if (!server->path || server_listen(server, fd) < 0) {
		log_error("cannot listen at '%s': no memory", path);
		fd_close(&fd);
		server->listen_fd = -1;
		goto err_server;
	}
	return &server->base;

err_server:
	vhost_user_server_destroy(&server->base);
	return NULL;
}

/* Whether the descriptor is a unix stream socket, and whether it listens. */
static int inherited_check(int fd, int *listens)
{
	socklen_t length = sizeof(int);
	int type;

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0)
		return -errno;
	length = sizeof(int);
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, listens, &length) < 0)
		return -errno;
	if (type != SOCK_STREAM)
		return -EPROTOTYPE;
	return fd_set_cloexec(fd);
}

struct vhost_user_server *vhost_user_server_create_inherited(
	struct wl_event_loop *loop, struct vhost_user_device *device, int fd)
{
	struct server *server = server_create(loop, device);
	int listens = 0, ret;

	if (!server) {
		fd_close(&fd);
		return NULL;
	}
	ret = inherited_check(fd, &listens);
	if (ret < 0) {
		log_error("descriptor %d cannot be served: %s", fd, strerror(-ret));
		fd_close(&fd);
		goto err_server;
	}
	ret = listens ? fd_set_nonblock(fd) : 0;
	if (ret == 0)
		ret = listens ? server_listen(server, fd) : server_serve(server, fd);
	if (ret < 0) {
		log_error("descriptor %d cannot be served: %s", fd, strerror(-ret));
		goto err_server;
	}
	return &server->base;

err_server:
	vhost_user_server_destroy(&server->base);
	return NULL;
}

void vhost_user_server_destroy(struct vhost_user_server *base)
{
	struct server *server;

	if (!base)
		return;
	server = wl_container_of(base, server, base);
	server_session_drop(server);
	if (server->listen_source)
		wl_event_source_remove(server->listen_source);
	fd_close(&server->listen_fd);
	if (server->path)
		unlink(server->path);
	free(server->path);
	free(server);
}
