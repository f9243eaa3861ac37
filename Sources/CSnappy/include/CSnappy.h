#pragma once

#include <stddef.h>
#include <stdint.h>

// A narrow face of Debian's libsnappy: raw blocks, not the framed format. No function allocates or keeps a pointer, and all
// may be called from any thread.

/// The length, 0 to 2^32 - 1, that a block declares for its content; -1 when it does not begin with one.
int64_t hd_snappy_declared_length(const uint8_t *_Nullable block, size_t length);

/// Writes the content of a block, which is as long as it declares. Returns 0, or -1 when the block is damaged or `capacity`
/// is less than the declared length; then the buffer's content is undefined.
int hd_snappy_decompress(
    const uint8_t *_Nullable block, size_t length, uint8_t *_Nonnull content, size_t capacity);

/// The bytes that compressing `length` bytes takes at most.
size_t hd_snappy_compressed_bound(size_t length);

/// Writes content as a block. Returns the block's length, or -1 when `capacity` is less than the bound.
int64_t hd_snappy_compress(
    const uint8_t *_Nullable content, size_t length, uint8_t *_Nonnull block, size_t capacity);
