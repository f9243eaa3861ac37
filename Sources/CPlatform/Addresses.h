#pragma once

#include "CPlatform.h"

#include <sys/socket.h>

// The address as the kernel wants it, and its length. Anything that has not 4 bytes is taken as IPv6.
socklen_t cp_to_sockaddr(const cp_address *address, struct sockaddr_storage *storage);
