/* The functions the program calls instead of those of the C library. */
#define _GNU_SOURCE
#include "preload.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

pthread_mutex_t preload_order = PTHREAD_MUTEX_INITIALIZER;

/* The function of the C library, looked up once. */
#define REAL(name)                                                       \
    static __typeof__(&name) real;                                       \
    if (real == NULL) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* Around every call on a tracked file. `errno` of the call survives the record. */
static void begin(void)
{
    pthread_mutex_lock(&preload_order);
}

static void end(void)
{
    int error = errno;
    pthread_mutex_unlock(&preload_order);
    errno = error;
}

/* Opening ---------------------------------------------------------------------------------------------------------- */

static mode_t mode_argument(int flags, va_list arguments)
{
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

/* Called through `open_tracked`: every way to open a file ends in openat. */
static int open_tracked(const char *name, const char *path, int flags, mode_t mode)
{
    static int (*real)(int, const char *, int, ...);
    if (real == NULL) real = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat64");
    begin();
    int descriptor = -1;
    int error = next_fault(CALL_OPEN, name);
    if (error > 0) {
        errno = error;
    } else {
        bool existed = access(path, F_OK) == 0;
        descriptor = real(AT_FDCWD, path, flags, mode);
        if (descriptor >= 0) {
            track(descriptor, name);
            if (is_recorded(name)) {
                int64_t how = (existed ? 0 : OPENED_CREATED) | (flags & O_TRUNC ? OPENED_TRUNCATED : 0);
                record(RECORD_OPEN, descriptor, how, name, strlen(name));
            }
        }
    }
    end();
    return descriptor;
}

#define OPEN(function)                                                     \
    int function(const char *path, int flags, ...)                         \
    {                                                                      \
        va_list arguments;                                                 \
        va_start(arguments, flags);                                        \
        mode_t mode = mode_argument(flags, arguments);                     \
        va_end(arguments);                                                 \
        const char *name = tracked_path(path);                             \
        if (name != NULL) return open_tracked(name, path, flags, mode);    \
        REAL(function);                                                    \
        return real(path, flags, mode);                                    \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(function)                                                   \
    int function(int directory, const char *path, int flags, ...)          \
    {                                                                      \
        va_list arguments;                                                 \
        va_start(arguments, flags);                                        \
        mode_t mode = mode_argument(flags, arguments);                     \
        va_end(arguments);                                                 \
        const char *name = tracked_path(path);                             \
        if (name != NULL) return open_tracked(name, path, flags, mode);    \
        REAL(function);                                                    \
        return real(directory, path, flags, mode);                         \
    }
OPENAT(openat)
OPENAT(openat64)

int creat(const char *path, mode_t mode)
{
    return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int creat64(const char *path, mode_t mode)
{
    return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int close(int descriptor)
{
    REAL(close);
    const char *name = tracked_name(descriptor);
    if (name == NULL) return real(descriptor);
    begin();
    if (is_recorded(name)) record(RECORD_CLOSE, descriptor, 0, NULL, 0);
    track(descriptor, NULL);
    int result = real(descriptor);
    end();
    return result;
}

/* Reading: only made to fail --------------------------------------------------------------------------------------- */

/* Whether the read may pass. */
static bool may_read(const char *name)
{
    begin();
    int error = next_fault(CALL_READ, name);
    if (error > 0) errno = error;
    end();
    return error <= 0;
}

ssize_t read(int descriptor, void *bytes, size_t count)
{
    REAL(read);
    const char *name = tracked_name(descriptor);
    if (name != NULL && !may_read(name)) return -1;
    return real(descriptor, bytes, count);
}

#define PREAD(function, offset_type)                                                   \
    ssize_t function(int descriptor, void *bytes, size_t count, offset_type offset)    \
    {                                                                                  \
        REAL(function);                                                                \
        const char *name = tracked_name(descriptor);                                   \
        if (name != NULL && !may_read(name)) return -1;                                \
        return real(descriptor, bytes, count, offset);                                 \
    }
PREAD(pread, off_t)
PREAD(pread64, off64_t)

/* Writing ---------------------------------------------------------------------------------------------------------- */

static ssize_t write_tracked(const char *name, int descriptor, const void *bytes, size_t count, off64_t offset)
{
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (real == NULL) real = (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
    begin();
    ssize_t done = -1;
    int error = next_fault(CALL_WRITE, name);
    if (error > 0) {
        errno = error;
    } else {
        if (error == CUT_SHORT && count > 1) count /= 2;
        done = real(descriptor, bytes, count, offset);
        if (done > 0 && is_recorded(name)) record(RECORD_WRITE, descriptor, offset, bytes, (size_t)done);
    }
    end();
    return done;
}

#define PWRITE(function, offset_type)                                                      \
    ssize_t function(int descriptor, const void *bytes, size_t count, offset_type offset)  \
    {                                                                                      \
        REAL(function);                                                                    \
        const char *name = tracked_name(descriptor);                                       \
        if (name == NULL) return real(descriptor, bytes, count, offset);                   \
        return write_tracked(name, descriptor, bytes, count, offset);                      \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

/* Writes at the descriptor's own position, and moves it. */
static ssize_t write_on(const char *name, int descriptor, const void *bytes, size_t count)
{
    bool appends = (fcntl(descriptor, F_GETFL) & O_APPEND) != 0;
    off64_t offset = lseek64(descriptor, 0, appends ? SEEK_END : SEEK_CUR);
    ssize_t done = write_tracked(name, descriptor, bytes, count, offset);
    if (done > 0) lseek64(descriptor, offset + done, SEEK_SET);
    return done;
}

ssize_t write(int descriptor, const void *bytes, size_t count)
{
    REAL(write);
    const char *name = tracked_name(descriptor);
    if (name != NULL) return write_on(name, descriptor, bytes, count);
    if (descriptor != STDOUT_FILENO || !is_recording()) return real(descriptor, bytes, count);
    begin();
    ssize_t done = real(descriptor, bytes, count);
    if (done > 0) record(RECORD_PRINT, descriptor, 0, bytes, (size_t)done);
    end();
    return done;
}

ssize_t writev(int descriptor, const struct iovec *parts, int count)
{
    REAL(writev);
    const char *name = tracked_name(descriptor);
    if (name == NULL) return real(descriptor, parts, count);
    ssize_t total = 0;
    for (int index = 0; index < count; index++) {
        ssize_t done = write_on(name, descriptor, parts[index].iov_base, parts[index].iov_len);
        if (done < 0) return total > 0 ? total : -1;
        total += done;
        if ((size_t)done < parts[index].iov_len) break;
    }
    return total;
}

#define FTRUNCATE(function, size_type)                                                              \
    int function(int descriptor, size_type size)                                                    \
    {                                                                                               \
        REAL(function);                                                                             \
        const char *name = tracked_name(descriptor);                                                \
        if (name == NULL) return real(descriptor, size);                                            \
        begin();                                                                                    \
        int result = -1;                                                                            \
        int error = next_fault(CALL_RESIZE, name);                                                  \
        if (error > 0) errno = error;                                                               \
        else result = real(descriptor, size);                                                       \
        if (result == 0 && is_recorded(name)) record(RECORD_RESIZE, descriptor, size, NULL, 0);     \
        end();                                                                                      \
        return result;                                                                              \
    }
FTRUNCATE(ftruncate, off_t)
FTRUNCATE(ftruncate64, off64_t)

/* Syncing ---------------------------------------------------------------------------------------------------------- */

#define SYNC(function)                                                                                      \
    int function(int descriptor)                                                                            \
    {                                                                                                       \
        REAL(function);                                                                                     \
        const char *name = tracked_name(descriptor);                                                        \
        if (name == NULL) return real(descriptor);                                                          \
        begin();                                                                                            \
        int result = -1;                                                                                    \
        int error = next_fault(strcmp(name, ".") == 0 ? CALL_SYNC_DIRECTORY : CALL_SYNC, name);             \
        if (error > 0) errno = error;                                                                       \
        else result = real(descriptor);                                                                     \
        int failure = result == 0 ? 0 : errno;                                                              \
        if (is_recorded(name)) record(RECORD_SYNC, descriptor, failure, NULL, 0);                           \
        errno = failure;                                                                                    \
        end();                                                                                              \
        return result;                                                                                      \
    }
SYNC(fsync)
SYNC(fdatasync)

/* Names ------------------------------------------------------------------------------------------------------------ */

int unlink(const char *path)
{
    REAL(unlink);
    const char *name = tracked_path(path);
    if (name == NULL) return real(path);
    begin();
    int result = -1;
    int error = next_fault(CALL_UNLINK, name);
    if (error > 0) errno = error;
    else result = real(path);
    if (result == 0 && is_recorded(name)) record(RECORD_UNLINK, -1, 0, name, strlen(name));
    end();
    return result;
}

int rename(const char *old_path, const char *new_path)
{
    REAL(rename);
    const char *old_name = tracked_path(old_path), *new_name = tracked_path(new_path);
    if (old_name == NULL && new_name == NULL) return real(old_path, new_path);
    if (old_name == NULL || new_name == NULL) {
        /* A file that comes from elsewhere has a past the log does not know. */
        fprintf(stderr, "recording: %s is renamed to %s across the directory's border\n", old_path, new_path);
        _exit(70);
    }
    begin();
    int result = real(old_path, new_path);
    if (result == 0 && is_recording()) {
        char names[2 * 4096];
        size_t length = strlen(old_name) + 1 + strlen(new_name);
        if (length >= sizeof names) abort();
        strcpy(names, old_name);
        strcpy(names + strlen(old_name) + 1, new_name);
        record(RECORD_RENAME, -1, 0, names, length);
    }
    end();
    return result;
}

#define MMAP(function, offset_type)                                                                             \
    void *function(void *address, size_t length, int protection, int flags, int descriptor, offset_type offset) \
    {                                                                                                           \
        REAL(function);                                                                                         \
        const char *name = tracked_name(descriptor);                                                            \
        if (name == NULL) return real(address, length, protection, flags, descriptor, offset);                  \
        if (is_recorded(name) && (flags & MAP_SHARED) && (protection & PROT_WRITE)) {                           \
            fprintf(stderr, "recording: %s is mapped for writing, which the log cannot see\n", name);           \
            _exit(70);                                                                                          \
        }                                                                                                       \
        begin();                                                                                                \
        int error = next_fault(CALL_MAP, name);                                                                 \
        if (error > 0) errno = error;                                                                           \
        end();                                                                                                  \
        return error > 0 ? MAP_FAILED : real(address, length, protection, flags, descriptor, offset);           \
    }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)
