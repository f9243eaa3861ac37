/*
 * A library for LD_PRELOAD that sits between a program and the files of one directory. It writes down every call that
 * changes them, in one order, so that Tests/Safety/replay.py can tell what a disk may hold after a power cut; and it
 * makes chosen calls fail, fall short or be the program's last.
 *
 *   calls.c     the functions it takes the place of
 *   tracking.c  which descriptors and paths belong to the directory
 *   recording.c the log
 *   faults.c    which calls fail
 *
 * Environment:
 *   HAIDANG_DIRECTORY  absolute path of the directory; without it the library does nothing
 *   HAIDANG_RECORDING  the log, appended to; without it nothing is recorded
 *   HAIDANG_FAULT      a fault, see faults.c; without it no call fails
 *
 * Limits: descriptors that were copied (dup) and paths relative to a directory's descriptor are not seen. Who uses a
 * recording compares what it explains with what the directory holds, so nothing missed goes unnoticed.
 */
#ifndef HAIDANG_PRELOAD_H
#define HAIDANG_PRELOAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Held over each call on a tracked file together with its record: the order of the records is that of the calls. */
extern pthread_mutex_t preload_order;

/* tracking.c ------------------------------------------------------------------------------------------------------- */

/* The path within the directory, "." for the directory itself; NULL for a path outside. Points into `path`. */
const char *tracked_path(const char *path);
/* The same for an open descriptor; NULL when it is not one of the directory's. */
const char *tracked_name(int descriptor);
/* A descriptor was opened on `name`, or closed (NULL). Keeps a copy. */
void track(int descriptor, const char *name);

/* recording.c ------------------------------------------------------------------------------------------------------ */

/* The kinds of records; replay.py knows the same numbers. */
enum record_kind {
    RECORD_START = 1,   /* the program started: no descriptor is open */
    RECORD_OPEN = 2,    /* offset: OPENED_… flags; payload: name */
    RECORD_WRITE = 3,   /* offset: where in the file; payload: what was written */
    RECORD_RESIZE = 4,  /* offset: the new size */
    RECORD_SYNC = 5,    /* offset: 0, or the error it failed with */
    RECORD_CLOSE = 6,
    RECORD_UNLINK = 7,  /* payload: name */
    RECORD_RENAME = 8,  /* payload: old name, a zero byte, new name */
    RECORD_PRINT = 9,   /* payload: what was written to standard output */
};

enum { OPENED_CREATED = 1, OPENED_TRUNCATED = 2 };

bool is_recording(void);
/* Whether changes of this file are worth a record: SQLite's shared memory is made anew after a crash. */
bool is_recorded(const char *name);
void record(enum record_kind kind, int descriptor, int64_t offset, const void *payload, size_t length);

/* faults.c --------------------------------------------------------------------------------------------------------- */

enum call { CALL_OPEN, CALL_READ, CALL_WRITE, CALL_RESIZE, CALL_SYNC, CALL_SYNC_DIRECTORY, CALL_UNLINK, CALL_MAP };

/* Counts the call. Returns 0 when it may pass, an error number when it has to fail, CUT_SHORT when it is to do half of
 * its work; does not return when the program ends here. */
int next_fault(enum call call, const char *name);
#define CUT_SHORT (-1)

#endif
