#include "CRE2.h"

#include <re2/re2.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

struct hd_re2 {
    RE2 expression;

    hd_re2(const re2::StringPiece &pattern, const RE2::Options &options) : expression(pattern, options) {}
};

static void explain(const char *reason, size_t length, char *error, size_t capacity) {
    if (capacity == 0) return;
    if (length > capacity - 1) {
        length = capacity - 1;
        // Never cut inside a UTF-8 sequence.
        while (length > 0 && (static_cast<unsigned char>(reason[length]) & 0xC0) == 0x80) length -= 1;
    }
    std::memcpy(error, reason, length);
    error[length] = '\0';
}

extern "C" hd_re2 *hd_re2_compile(
    const char *pattern, size_t length, int64_t max_memory, char *error, size_t error_capacity) {
    try {
        RE2::Options options;
        options.set_log_errors(false);
        options.set_dot_nl(true);
        options.set_max_mem(max_memory);
        auto compiled = std::make_unique<hd_re2>(re2::StringPiece(pattern, length), options);
        if (compiled->expression.ok()) return compiled.release();
        const std::string &reason = compiled->expression.error();
        explain(reason.data(), reason.size(), error, error_capacity);
    } catch (...) {
        static const char reason[] = "out of memory";
        explain(reason, sizeof reason - 1, error, error_capacity);
    }
    return nullptr;
}

extern "C" bool hd_re2_matches_whole(const hd_re2 *pattern, const char *text, size_t length) {
    try {
        re2::StringPiece subject(text, length);
        return pattern->expression.Match(subject, 0, length, RE2::ANCHOR_BOTH, nullptr, 0);
    } catch (...) {
        return false;
    }
}

extern "C" bool hd_re2_search(
    const hd_re2 *pattern, const char *text, size_t length, ptrdiff_t *start, ptrdiff_t *count) {
    try {
        re2::StringPiece subject(text, length);
        re2::StringPiece found[2];
        const int groups = pattern->expression.NumberOfCapturingGroups() > 0 ? 2 : 1;
        if (!pattern->expression.Match(subject, 0, length, RE2::UNANCHORED, found, groups)) return false;
        const re2::StringPiece &part = found[groups - 1];
        *start = part.data() == nullptr ? 0 : part.data() - subject.data();
        *count = part.data() == nullptr ? -1 : static_cast<ptrdiff_t>(part.size());
        return true;
    } catch (...) {
        return false;
    }
}

extern "C" int hd_re2_group_count(const hd_re2 *pattern) {
    return pattern->expression.NumberOfCapturingGroups();
}

extern "C" int hd_re2_group_named(const hd_re2 *pattern, const char *name, size_t length) {
    try {
        const auto &groups = pattern->expression.NamedCapturingGroups();
        const auto found = groups.find(std::string(name, length));
        return found == groups.end() ? 0 : found->second;
    } catch (...) {
        return 0;
    }
}

extern "C" bool hd_re2_match_groups(
    const hd_re2 *pattern, const char *text, size_t length, ptrdiff_t *starts, ptrdiff_t *counts, int capacity) {
    try {
        re2::StringPiece subject(text, length);
        std::vector<re2::StringPiece> found(capacity);
        if (!pattern->expression.Match(subject, 0, length, RE2::ANCHOR_BOTH, found.data(), capacity)) return false;
        for (int group = 0; group < capacity; group += 1) {
            const re2::StringPiece &part = found[group];
            starts[group] = part.data() == nullptr ? 0 : part.data() - subject.data();
            counts[group] = part.data() == nullptr ? -1 : static_cast<ptrdiff_t>(part.size());
        }
        return true;
    } catch (...) {
        return false;
    }
}

extern "C" void hd_re2_free(hd_re2 *pattern) {
    delete pattern;
}
