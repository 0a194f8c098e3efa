#pragma once
#include <libssh2.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

// libssh2 takes every callback as `void *`; these give each its type back.

static inline void ssh2_on_receive(LIBSSH2_SESSION *session,
                                   ssize_t (*receive)(libssh2_socket_t, void *, size_t, int, void **)) {
  libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV, (void *)receive);
}

static inline void ssh2_on_send(LIBSSH2_SESSION *session,
                                ssize_t (*send)(libssh2_socket_t, const void *, size_t, int, void **)) {
  libssh2_session_callback_set(session, LIBSSH2_CALLBACK_SEND, (void *)send);
}

static inline void ssh2_on_disconnect(LIBSSH2_SESSION *session,
                                      void (*disconnect)(LIBSSH2_SESSION *, int, const char *, int, const char *, int,
                                                         void **)) {
  libssh2_session_callback_set(session, LIBSSH2_CALLBACK_DISCONNECT, (void *)disconnect);
}
