#pragma once

// Linux calls that Swift's Glibc module does not offer: epoll, eventfd, and UDP with many datagrams a call, the local address
// of each datagram, and ICMP errors by peer.
//
// Plain integers and flat buffers only. Every function returns a count or 0 on success and -errno on failure; none keeps a
// pointer after it returns, so any thread may call any of them as long as the buffers it passes are its own.

#include <stddef.h>
#include <stdint.h>

// MARK: Threads

// Names the calling thread in `ps -L` and `top -H`; at most 15 bytes are kept.
void cp_name_thread(const char *name);

// MARK: Memory

// Lets this process keep up to `bytes` of freed memory at the end of each heap, so that what allocates and frees much again and
// again does not get the same pages from the kernel each time. For the whole process; other allocators ignore it.
void cp_keep_freed_memory(size_t bytes);

// MARK: epoll

enum {
    CP_READABLE = 1,
    CP_WRITABLE = 2,
    // An error or hang-up; reported whether asked for or not.
    CP_FAILED = 4,
};

typedef struct {
    // What `cp_epoll_set` was given for the descriptor.
    uint64_t token;
    // CP_READABLE | CP_WRITABLE | CP_FAILED.
    uint32_t events;
} cp_event;

// A new close-on-exec epoll descriptor.
int cp_epoll_create(void);

// Watches `fd` for `events` (level-triggered), adding or changing as needed; 0 events leaves only CP_FAILED.
int cp_epoll_set(int epoll, int fd, uint32_t events, uint64_t token);

// Stops watching. Removing what is not watched is no error.
int cp_epoll_remove(int epoll, int fd);

// Waits up to `timeout_ms` (-1: for ever). The number of events stored; 0 after the time or a signal.
int cp_epoll_wait(int epoll, cp_event *events, int capacity, int timeout_ms);

// MARK: eventfd

// A new non-blocking close-on-exec counter that another thread can make readable.
int cp_eventfd_create(void);

// Makes it readable. Never blocks; callable from any thread.
int cp_eventfd_signal(int fd);

// Makes it unreadable until the next signal.
int cp_eventfd_drain(int fd);

// MARK: UDP

enum {
    // Report the address each datagram was sent to, and let datagrams leave from a chosen one.
    CP_UDP_LOCAL_ADDRESS = 1,
    // Keep ICMP errors for `cp_udp_receive_error`.
    CP_UDP_ERRORS = 2,
    // Allow several sockets on one address and port (SO_REUSEPORT).
    CP_UDP_REUSE_PORT = 4,
};

typedef struct {
    // Network order; the first 4 bytes for IPv4.
    uint8_t address[16];
    // 4 or 16; 0: none.
    uint8_t address_length;
    // Host order.
    uint16_t port;
    // Interface of an IPv6 link-local address; 0: none.
    uint32_t scope;
} cp_address;

typedef struct {
    // Received: where it came from. Sent: where it goes.
    cp_address peer;
    // Received: the address it was sent to. Sent: the address to leave from, length 0 for the kernel's choice. Port unused.
    cp_address local;
    // Where its bytes lie in the buffer. Set by `cp_udp_receive`.
    uint32_t offset;
    uint32_t length;
    // Received: 1 when the datagram was longer than its slot.
    uint8_t truncated;
} cp_datagram;

// At most this many datagrams a call.
#define CP_UDP_BATCH 64

// A non-blocking close-on-exec UDP socket bound to `local`; IPv6 sockets take IPv6 only.
//
// `flags` are CP_UDP_*. `receive_bytes` and `send_bytes` ask for socket buffers (0: the default); a smaller one than asked is
// no error.
int cp_udp_open(const cp_address *local, uint32_t flags, int receive_bytes, int send_bytes);

// The address a socket is bound to.
int cp_udp_local_address(int fd, cp_address *address);

// Receives up to `capacity` waiting datagrams, each into `slot_bytes` of `buffer`, which has capacity * slot_bytes bytes.
// The number received; -EAGAIN when none waits; -ECONNREFUSED and the like: read `cp_udp_receive_error`, then try again.
int cp_udp_receive(int fd, uint8_t *buffer, size_t slot_bytes, cp_datagram *datagrams, int capacity);

// Sends datagrams whose bytes lie at `offset` of `buffer`. The number sent, which may be fewer than `count`; -errno when the
// first could not be sent.
int cp_udp_send(int fd, const uint8_t *buffer, const cp_datagram *datagrams, int count);

// Takes one ICMP error off the queue: the peer the datagram had been sent to and the error number (positive).
// 1 when one was taken, 0 when the queue is empty.
int cp_udp_receive_error(int fd, cp_address *peer, int *error);

// MARK: Reachability

// A non-blocking close-on-exec socket for ICMP echo (RFC 792) or, with `is_v6`, ICMPv6 echo (RFC 4443): a datagram socket where
// net.ipv4.ping_group_range allows it, else a raw one, which needs CAP_NET_RAW and hands over echo replies only. `*is_raw` is set
// to 1 for the latter, whose IPv4 datagrams begin with the IP header. To be used with `cp_udp_receive` and `cp_udp_send`, port 0.
int cp_icmp_open(int is_v6, int *is_raw);

// A new non-blocking TCP connection under way; it becomes writable when it is decided. A peer that resets it costs the machine no
// TIME_WAIT, since the connection is reset on close too.
int cp_tcp_connect(const cp_address *peer);

// How a connection under way ended: 0 connected, -ECONNREFUSED and the like.
int cp_tcp_result(int fd);

// MARK: CRC-32C

// The CRC-32C (Castagnoli, reflected, initial value and final XOR 0xffffffff) of `count` bytes, continuing from the checksum
// `crc` of what came before them (0: nothing did). `bytes` may be null when `count` is 0.
uint32_t cp_crc32c(uint32_t crc, const void *bytes, size_t count);

// The same, never with the processor's instruction.
uint32_t cp_crc32c_portable(uint32_t crc, const void *bytes, size_t count);

// 1 when this processor has an instruction for it (SSE4.2, or the CRC extension of ARMv8), so that `cp_crc32c` uses it.
int cp_crc32c_has_instruction(void);
