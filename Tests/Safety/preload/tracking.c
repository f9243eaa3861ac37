#define _GNU_SOURCE
#include "preload.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { DESCRIPTOR_LIMIT = 4096 };

/* By descriptor: its name, or NULL. Looked at without the lock to let other files pass quickly. */
static _Atomic(char *) names[DESCRIPTOR_LIMIT];

static const char *directory(void)
{
    static _Atomic(const char *) value;
    const char *known = value;
    if (known == NULL) {
        known = getenv("HAIDANG_DIRECTORY");
        if (known == NULL) known = "";
        value = known;
    }
    return known;
}

const char *tracked_path(const char *path)
{
    size_t length = strlen(directory());
    if (length == 0 || strncmp(path, directory(), length) != 0) return NULL;
    path += length;
    if (*path != '/' && *path != '\0') return NULL;
    while (*path == '/') path++;
    return *path == '\0' ? "." : path;
}

const char *tracked_name(int descriptor)
{
    return descriptor >= 0 && descriptor < DESCRIPTOR_LIMIT ? names[descriptor] : NULL;
}

void track(int descriptor, const char *name)
{
    if (descriptor < 0 || descriptor >= DESCRIPTOR_LIMIT) return;
    free(names[descriptor]);
    names[descriptor] = name == NULL ? NULL : strdup(name);
}
