/*
 * HAIDANG_FAULT is CALL:WHAT:FIRST:COUNT:EVERY, for instance write:28:17:1:0, or several of these with commas between.
 *
 *   CALL   open, read, write, resize, sync, syncdir (of the directory itself), unlink or map
 *   WHAT   an error number; the same with a ! behind it: and the program ends before its next call;
 *          "short": half of the bytes are written; "kill": the program ends before the call
 *   FIRST  the number of the first call it happens to; calls are counted from 1, on files of the directory only
 *   COUNT  how many calls in a row
 *   EVERY  it happens again each so many calls; 0: once
 *
 * Each fault is told on standard output, "fault: …", so that a reader sees it in order with what the program prints.
 */
#define _GNU_SOURCE
#include "preload.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FAULT_LIMIT = 4 };

struct fault {
    enum call call;
    /* 0 when there is none. */
    int error;
    bool kills;
    bool kills_next;
    long first, count, every;
    /* Calls of this kind so far. */
    long seen;
};

static const char *const call_names[] = {"open", "read", "write", "resize", "sync", "syncdir", "unlink", "map"};

static struct fault faults[FAULT_LIMIT];
static int fault_count;
/* The next call is the program's last. */
static bool is_last;

static bool parse(const char *text, struct fault *fault)
{
    char call[16], what[16];
    int fields = sscanf(
        text, "%15[^:]:%15[^:]:%ld:%ld:%ld", call, what, &fault->first, &fault->count, &fault->every);
    if (fields != 5) return false;
    fault->kills = strcmp(what, "kill") == 0;
    fault->error = strcmp(what, "short") == 0 ? CUT_SHORT : atoi(what);
    fault->kills_next = strchr(what, '!') != NULL;
    if (!fault->kills && fault->error == 0) return false;
    for (size_t index = 0; index < sizeof call_names / sizeof *call_names; index++) {
        fault->call = (enum call)index;
        if (strcmp(call, call_names[index]) == 0) return true;
    }
    return false;
}

__attribute__((constructor)) static void read_faults(void)
{
    const char *text = getenv("HAIDANG_FAULT");
    while (text != NULL && *text != '\0') {
        if (fault_count == FAULT_LIMIT || !parse(text, &faults[fault_count++])) {
            fprintf(stderr, "expected HAIDANG_FAULT as CALL:WHAT:FIRST:COUNT:EVERY, at most %d, found %s\n",
                    FAULT_LIMIT, text);
            _exit(70);
        }
        text = strchr(text, ',');
        if (text != NULL) text++;
    }
}

static bool is_due(const struct fault *fault)
{
    long since = fault->seen - fault->first;
    if (since < 0) return false;
    return (fault->every > 0 ? since % fault->every : since) < fault->count;
}

static void tell(const struct fault *fault, const char *name)
{
    char line[256];
    int length = snprintf(line, sizeof line, "fault: %s %ld, %s\n", call_names[fault->call], fault->seen, name);
    if (length > (int)sizeof line - 1) length = sizeof line - 1;
    /* The system call itself: the function is ours. */
    (void)syscall(SYS_write, STDOUT_FILENO, line, length);
}

static void end_program(void)
{
    raise(SIGKILL);
    pause();
}

int next_fault(enum call call, const char *name)
{
    if (is_last) end_program();
    int error = 0;
    for (struct fault *fault = faults; fault < faults + fault_count; fault++) {
        if (fault->call != call) continue;
        fault->seen++;
        if (!is_due(fault)) continue;
        tell(fault, name);
        if (fault->kills) end_program();
        is_last = fault->kills_next;
        error = fault->error;
    }
    return error;
}
