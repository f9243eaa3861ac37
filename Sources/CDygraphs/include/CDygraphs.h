#pragma once

#include <stddef.h>

/// The charting library dygraphs as Debian's package libjs-dygraphs has it on the machine that builds.
extern const unsigned char *const _Nonnull hd_dygraphs_script;
extern const size_t hd_dygraphs_script_size;
/// Its licence (MIT), which has to go with every copy. UTF-8.
extern const unsigned char *const _Nonnull hd_dygraphs_licence;
extern const size_t hd_dygraphs_licence_size;
