#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A C face of RE2. No exception leaves these functions. A compiled pattern may be used from several threads at once.

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hd_re2 hd_re2;

/// Compiles a UTF-8 pattern in which `.` also matches a line feed; at most `max_memory` bytes go to the program and its
/// automata. Returns NULL on failure, with a NUL-terminated reason, cut to fit, in `error`.
hd_re2 *_Nullable hd_re2_compile(
    const char *_Nonnull pattern, size_t length, int64_t max_memory, char *_Nonnull error, size_t error_capacity);

/// Whether the pattern matches the whole of the UTF-8 text.
bool hd_re2_matches_whole(const hd_re2 *_Nonnull pattern, const char *_Nullable text, size_t length);

/// Searches the UTF-8 text for the pattern, anywhere in it. Sets the place of the first group, or of the whole match when the
/// pattern has none; a group that took no part has a length of -1.
bool hd_re2_search(
    const hd_re2 *_Nonnull pattern, const char *_Nullable text, size_t length, ptrdiff_t *_Nonnull start,
    ptrdiff_t *_Nonnull count);

/// The number of groups of the pattern, the whole match not counted.
int hd_re2_group_count(const hd_re2 *_Nonnull pattern);

/// The number of the group with a name, from 1; 0 when there is none.
int hd_re2_group_named(const hd_re2 *_Nonnull pattern, const char *_Nullable name, size_t length);

/// Matches the whole of the UTF-8 text and sets the places of the whole match and of `capacity` - 1 groups; a group that took no
/// part has a length of -1.
bool hd_re2_match_groups(
    const hd_re2 *_Nonnull pattern, const char *_Nullable text, size_t length, ptrdiff_t *_Nonnull starts,
    ptrdiff_t *_Nonnull counts, int capacity);

void hd_re2_free(hd_re2 *_Nonnull pattern);

#ifdef __cplusplus
}
#endif
