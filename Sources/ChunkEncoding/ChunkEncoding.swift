// ChunkEncoding
