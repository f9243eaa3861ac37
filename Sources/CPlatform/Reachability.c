#include "CPlatform.h"

#include <errno.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "Addresses.h"

static int hear_replies_only(int fd, int is_v6)
{
    if (is_v6) {
        struct icmp6_filter filter;
        ICMP6_FILTER_SETBLOCKALL(&filter);
        ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
        return setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter);
    }
    struct icmp_filter filter = {.data = ~(1u << ICMP_ECHOREPLY)};
    return setsockopt(fd, SOL_RAW, ICMP_FILTER, &filter, sizeof filter);
}

int cp_icmp_open(int is_v6, int *is_raw)
{
    int family = is_v6 ? AF_INET6 : AF_INET, protocol = is_v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
    *is_raw = 0;
    int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (fd < 0) {
        fd = socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
        if (fd < 0) return -errno;
        if (hear_replies_only(fd, is_v6) < 0) {
            int error = errno;
            close(fd);
            return -error;
        }
        *is_raw = 1;
    }
    int bytes = 1 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    return fd;
}

int cp_tcp_connect(const cp_address *peer)
{
    if (peer->address_length != 4 && peer->address_length != 16) return -EAFNOSUPPORT;
    struct sockaddr_storage storage;
    socklen_t length = cp_to_sockaddr(peer, &storage);
    int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    if (connect(fd, (struct sockaddr *)&storage, length) < 0 && errno != EINPROGRESS) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

int cp_tcp_result(int fd)
{
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return -errno;
    return -error;
}
