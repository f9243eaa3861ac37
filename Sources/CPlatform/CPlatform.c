#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

void cp_name_thread(const char *name)
{
    char kept[16];
    snprintf(kept, sizeof kept, "%s", name);
    pthread_setname_np(pthread_self(), kept);
}

void cp_keep_freed_memory(size_t bytes)
{
#ifdef M_TRIM_THRESHOLD
    mallopt(M_TRIM_THRESHOLD, bytes > INT_MAX ? INT_MAX : (int)bytes);
#else
    (void)bytes;
#endif
}

int cp_epoll_create(void)
{
    int fd = epoll_create1(EPOLL_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int cp_epoll_set(int epoll, int fd, uint32_t events, uint64_t token)
{
    struct epoll_event event = {0};
    event.data.u64 = token;
    if (events & CP_READABLE) event.events |= EPOLLIN;
    if (events & CP_WRITABLE) event.events |= EPOLLOUT;
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) == 0) return 0;
    if (errno == ENOENT && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0) return 0;
    return -errno;
}

int cp_epoll_remove(int epoll, int fd)
{
    struct epoll_event unused = {0};
    if (epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &unused) == 0 || errno == ENOENT || errno == EBADF) return 0;
    return -errno;
}

int cp_epoll_wait(int epoll, cp_event *events, int capacity, int timeout_ms)
{
    struct epoll_event found[64];
    int wanted = capacity < 64 ? capacity : 64;
    int count = epoll_wait(epoll, found, wanted, timeout_ms);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) {
        uint32_t bits = 0;
        if (found[i].events & EPOLLIN) bits |= CP_READABLE;
        if (found[i].events & EPOLLOUT) bits |= CP_WRITABLE;
        if (found[i].events & (EPOLLERR | EPOLLHUP)) bits |= CP_FAILED;
        events[i].token = found[i].data.u64;
        events[i].events = bits;
    }
    return count;
}

int cp_eventfd_create(void)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int cp_eventfd_signal(int fd)
{
    uint64_t one = 1;
    // EAGAIN means that the counter is full, which is as readable as it gets.
    if (write(fd, &one, sizeof one) == sizeof one || errno == EAGAIN) return 0;
    return -errno;
}

int cp_eventfd_drain(int fd)
{
    uint64_t count;
    if (read(fd, &count, sizeof count) == sizeof count || errno == EAGAIN) return 0;
    return -errno;
}
