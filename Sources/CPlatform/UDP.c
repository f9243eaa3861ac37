#define _GNU_SOURCE
#include "CPlatform.h"

#include "Addresses.h"

#include <errno.h>
#include <time.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

// Room for either family's packet information.
#define CONTROL_BYTES 64

socklen_t cp_to_sockaddr(const cp_address *address, struct sockaddr_storage *storage)
{
    memset(storage, 0, sizeof *storage);
    if (address->address_length == 4) {
        struct sockaddr_in *in = (struct sockaddr_in *)storage;
        in->sin_family = AF_INET;
        in->sin_port = htons(address->port);
        memcpy(&in->sin_addr, address->address, 4);
        return sizeof *in;
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)storage;
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(address->port);
    in6->sin6_scope_id = address->scope;
    memcpy(&in6->sin6_addr, address->address, 16);
    return sizeof *in6;
}

static void from_sockaddr(const struct sockaddr_storage *storage, cp_address *address)
{
    memset(address, 0, sizeof *address);
    if (storage->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)storage;
        address->address_length = 4;
        address->port = ntohs(in->sin_port);
        memcpy(address->address, &in->sin_addr, 4);
    } else if (storage->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)storage;
        address->address_length = 16;
        address->port = ntohs(in6->sin6_port);
        address->scope = in6->sin6_scope_id;
        memcpy(address->address, &in6->sin6_addr, 16);
    }
}

static int enable(int fd, int level, int option)
{
    int on = 1;
    return setsockopt(fd, level, option, &on, sizeof on);
}

int cp_udp_open(const cp_address *local, uint32_t flags, int receive_bytes, int send_bytes)
{
    if (local->address_length != 4 && local->address_length != 16) return -EAFNOSUPPORT;
    int is_v6 = local->address_length == 16;
    int fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int failed = 0;
    if (is_v6) failed |= enable(fd, IPPROTO_IPV6, IPV6_V6ONLY);
    if (flags & CP_UDP_LOCAL_ADDRESS)
        failed |= is_v6 ? enable(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO) : enable(fd, IPPROTO_IP, IP_PKTINFO);
    if (flags & CP_UDP_ERRORS)
        failed |= is_v6 ? enable(fd, IPPROTO_IPV6, IPV6_RECVERR) : enable(fd, IPPROTO_IP, IP_RECVERR);
    if (flags & CP_UDP_REUSE_PORT) failed |= enable(fd, SOL_SOCKET, SO_REUSEPORT);
    if (receive_bytes > 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    if (send_bytes > 0) setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_bytes, sizeof send_bytes);
    struct sockaddr_storage storage;
    socklen_t length = cp_to_sockaddr(local, &storage);
    if (failed || bind(fd, (struct sockaddr *)&storage, length) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

int cp_udp_local_address(int fd, cp_address *address)
{
    struct sockaddr_storage storage = {0};
    socklen_t length = sizeof storage;
    if (getsockname(fd, (struct sockaddr *)&storage, &length) < 0) return -errno;
    from_sockaddr(&storage, address);
    return 0;
}

static void read_local_address(struct msghdr *message, cp_address *local)
{
    memset(local, 0, sizeof *local);
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(header), sizeof info);
            local->address_length = 4;
            memcpy(local->address, &info.ipi_addr, 4);
        } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(header), sizeof info);
            local->address_length = 16;
            local->scope = info.ipi6_ifindex;
            memcpy(local->address, &info.ipi6_addr, 16);
        }
    }
}

static void write_local_address(struct msghdr *message, const cp_address *local)
{
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    if (local->address_length == 4) {
        struct in_pktinfo info = {0};
        memcpy(&info.ipi_spec_dst, local->address, 4);
        header->cmsg_level = IPPROTO_IP;
        header->cmsg_type = IP_PKTINFO;
        header->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(header), &info, sizeof info);
        message->msg_controllen = CMSG_SPACE(sizeof info);
    } else {
        struct in6_pktinfo info = {0};
        memcpy(&info.ipi6_addr, local->address, 16);
        info.ipi6_ifindex = local->scope;
        header->cmsg_level = IPPROTO_IPV6;
        header->cmsg_type = IPV6_PKTINFO;
        header->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(header), &info, sizeof info);
        message->msg_controllen = CMSG_SPACE(sizeof info);
    }
}

int cp_udp_receive(int fd, uint8_t *buffer, size_t slot_bytes, cp_datagram *datagrams, int capacity)
{
    struct mmsghdr messages[CP_UDP_BATCH];
    struct iovec slots[CP_UDP_BATCH];
    struct sockaddr_storage peers[CP_UDP_BATCH];
    _Alignas(struct cmsghdr) uint8_t control[CP_UDP_BATCH][CONTROL_BYTES];
    if (capacity > CP_UDP_BATCH) capacity = CP_UDP_BATCH;
    memset(messages, 0, sizeof messages[0] * (size_t)capacity);
    for (int i = 0; i < capacity; i++) {
        slots[i].iov_base = buffer + slot_bytes * (size_t)i;
        slots[i].iov_len = slot_bytes;
        messages[i].msg_hdr.msg_iov = &slots[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_name = &peers[i];
        messages[i].msg_hdr.msg_namelen = sizeof peers[i];
        messages[i].msg_hdr.msg_control = control[i];
        messages[i].msg_hdr.msg_controllen = CONTROL_BYTES;
    }
    int count = recvmmsg(fd, messages, (unsigned)capacity, MSG_DONTWAIT, NULL);
    if (count < 0) return errno == EWOULDBLOCK || errno == EINTR ? -EAGAIN : -errno;
    for (int i = 0; i < count; i++) {
        from_sockaddr(&peers[i], &datagrams[i].peer);
        read_local_address(&messages[i].msg_hdr, &datagrams[i].local);
        datagrams[i].offset = (uint32_t)(slot_bytes * (size_t)i);
        datagrams[i].length = messages[i].msg_len;
        datagrams[i].truncated = (messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
    }
    return count;
}

int cp_udp_send(int fd, const uint8_t *buffer, const cp_datagram *datagrams, int count)
{
    struct mmsghdr messages[CP_UDP_BATCH];
    struct iovec slots[CP_UDP_BATCH];
    struct sockaddr_storage peers[CP_UDP_BATCH];
    _Alignas(struct cmsghdr) uint8_t control[CP_UDP_BATCH][CONTROL_BYTES];
    if (count > CP_UDP_BATCH) count = CP_UDP_BATCH;
    memset(messages, 0, sizeof messages[0] * (size_t)count);
    memset(control, 0, sizeof control[0] * (size_t)count);
    for (int i = 0; i < count; i++) {
        slots[i].iov_base = (void *)(uintptr_t)(buffer + datagrams[i].offset);
        slots[i].iov_len = datagrams[i].length;
        messages[i].msg_hdr.msg_iov = &slots[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_name = &peers[i];
        messages[i].msg_hdr.msg_namelen = cp_to_sockaddr(&datagrams[i].peer, &peers[i]);
        if (datagrams[i].local.address_length == 4 || datagrams[i].local.address_length == 16) {
            messages[i].msg_hdr.msg_control = control[i];
            messages[i].msg_hdr.msg_controllen = CONTROL_BYTES;
            write_local_address(&messages[i].msg_hdr, &datagrams[i].local);
        }
    }
    int sent = sendmmsg(fd, messages, (unsigned)count, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return errno == EWOULDBLOCK || errno == EINTR ? -EAGAIN : -errno;
    return sent;
}

int cp_udp_receive_error(int fd, cp_address *peer, int *error)
{
    uint8_t payload[64];
    // The kernel writes an extended error and the address of the router that reported it.
    _Alignas(struct cmsghdr) uint8_t control[256];
    struct sockaddr_storage name = {0};
    struct iovec slot = {.iov_base = payload, .iov_len = sizeof payload};
    struct msghdr message = {0};
    message.msg_iov = &slot;
    message.msg_iovlen = 1;
    message.msg_name = &name;
    message.msg_namelen = sizeof name;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -errno;
    from_sockaddr(&name, peer);
    *error = 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        int is_error = (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR) ||
                       (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_RECVERR);
        if (!is_error) continue;
        struct sock_extended_err extended;
        memcpy(&extended, CMSG_DATA(header), sizeof extended);
        *error = (int)extended.ee_errno;
    }
    return 1;
}
