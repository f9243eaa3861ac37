#pragma once

#include <zlib.h>

/// `inflateInit2` is a macro, which Swift does not see.
static inline int hd_inflate_gzip_begin(z_stream *_Nonnull stream) { return inflateInit2(stream, 15 + 16); }
