#pragma once

#include <zlib.h>

/// `inflateInit2` is a macro, which Swift does not see.
static inline int hd_inflate_gzip_begin(z_stream *_Nonnull stream) { return inflateInit2(stream, 15 + 16); }

/// So is `deflateInit2`.
static inline int hd_deflate_gzip_begin(z_stream *_Nonnull stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
