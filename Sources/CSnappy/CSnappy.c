#include "CSnappy.h"

#include <snappy-c.h>

int64_t hd_snappy_declared_length(const uint8_t *block, size_t length)
{
    size_t declared;
    if (snappy_uncompressed_length((const char *)block, length, &declared) != SNAPPY_OK) return -1;
    return (int64_t)declared;
}

int hd_snappy_decompress(const uint8_t *block, size_t length, uint8_t *content, size_t capacity)
{
    size_t written = capacity;
    return snappy_uncompress((const char *)block, length, (char *)content, &written) == SNAPPY_OK ? 0 : -1;
}

size_t hd_snappy_compressed_bound(size_t length) { return snappy_max_compressed_length(length); }

int64_t hd_snappy_compress(const uint8_t *content, size_t length, uint8_t *block, size_t capacity)
{
    size_t written = capacity;
    if (snappy_compress((const char *)content, length, (char *)block, &written) != SNAPPY_OK) return -1;
    return (int64_t)written;
}
