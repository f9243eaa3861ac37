#pragma once

#include <stddef.h>

/// The files of `Config/modules`, one after the other, each ended by a NUL.
extern const unsigned char *const _Nonnull hd_shipped_modules;
extern const size_t hd_shipped_modules_size;
