import CRE2

/// A regular expression that either matches a whole text or does not, in time linear in the text.
///
/// The syntax is RE2's and so Prometheus's: the pattern is anchored at both ends and `.` also matches a line feed, as
/// if written `^(?s:…)$`. A group may be named `(?<name>…)` as well as `(?P<name>…)`. Safe to use from any thread.
package final class Pattern: Sendable {
    /// What one pattern may take for its program and its automata, in bytes: RE2's own default.
    private static let memoryLimit: Int64 = 8 << 20

    /// The pattern as it was given.
    package let source: String
    // Confined: written once in `init`, freed in `deinit`; RE2 lets several threads match with one compiled pattern.
    private nonisolated(unsafe) let compiled: OpaquePointer

    /// - Throws: RE2's reason when the pattern is wrong, or too large for its memory limit.
    package init(_ pattern: String) throws(PatternError) {
        source = pattern
        var reason = [CChar](repeating: 0, count: 512)
        let capacity = reason.count
        let rewritten = Self.spellingGroupNames(Array(pattern.utf8)).map { CChar(bitPattern: $0) }
        let handle = hd_re2_compile(rewritten, rewritten.count, Self.memoryLimit, &reason, capacity)
        guard let handle else {
            let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw PatternError(pattern: pattern, reason: text)
        }
        compiled = handle
    }

    deinit {
        hd_re2_free(compiled)
    }

    /// Whether the whole of `text` matches.
    package func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { hd_re2_matches_whole(compiled, $0.baseAddress, $0.count) }
        }
    }

    /// Whether the pattern, which is then not anchored, is anywhere in `text`.
    package func isFound(in text: String) -> Bool {
        search(text) { _, _, _ in () } != nil
    }

    /// Searches `text` for the pattern, which is then not anchored.
    /// - Returns: what the first group took, or the whole match where the pattern has no group; nil without a match, or when
    ///   the group took no part in it.
    package func firstMatch(in text: String) -> Substring? {
        let found = search(text) { text, start, count -> Substring? in
            guard count >= 0 else { return nil }
            let lower = text.utf8.index(text.startIndex, offsetBy: start)
            return text[lower..<text.utf8.index(lower, offsetBy: count)]
        }
        return found ?? nil
    }

    /// - Parameter body: given the place of the first group, or of the match without one, in UTF-8; -1 bytes: the group took no part.
    private func search<Result>(_ text: String, _ body: (String, Int, Int) -> Result) -> Result? {
        var text = text
        var start = 0
        var count = 0
        let isFound = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                hd_re2_search(compiled, $0.baseAddress, $0.count, &start, &count)
            }
        }
        return isFound ? body(text, start, count) : nil
    }

    /// The template with `$1`, `${1}`, `$name` and `${name}` replaced by what the groups took when the whole of `text` matches, as Go's
    /// `Regexp.Expand` does: a group that is not there gives nothing, `$$` a dollar, and a name is as long as it can be.
    /// - Parameter limit: Bytes. A longer text is not made.
    /// - Returns: nil when `text` does not match.
    package func expand(_ template: String, in text: String, limit: Int = .max) throws(ExpansionTooLong) -> String? {
        var text = text
        let capacity = Int(hd_re2_group_count(compiled)) + 1
        var starts = [Int](repeating: 0, count: capacity)
        var counts = [Int](repeating: -1, count: capacity)
        let isMatch = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                hd_re2_match_groups(compiled, $0.baseAddress, $0.count, &starts, &counts, Int32(capacity))
            }
        }
        guard isMatch else { return nil }
        let subject = Array(text.utf8)
        var output: [UInt8] = []
        var count = 0
        func append(_ bytes: ArraySlice<UInt8>) {
            count += bytes.count
            if count <= limit { output += bytes }
        }
        let dollar = UInt8(ascii: "$")
        var rest = Array(template.utf8)[...]
        while !rest.isEmpty {
            let plain = rest.prefix { $0 != dollar }
            append(plain)
            rest.removeFirst(plain.count)
            guard !rest.isEmpty else { break }
            rest.removeFirst()
            if rest.first == dollar {
                rest.removeFirst()
                append([dollar])
            } else if let (name, length) = Self.groupName(rest) {
                rest.removeFirst(length)
                let group = number(ofGroup: name)
                if group < capacity, counts[group] >= 0 {
                    append(subject[starts[group]..<starts[group] + counts[group]])
                }
            } else {
                append([dollar])
            }
        }
        guard count <= limit else { throw ExpansionTooLong(count: count) }
        return String(decoding: output, as: UTF8.self)
    }

    /// The name behind a dollar, with or without braces, and how long it is with them; nil: there is none.
    private static func groupName(_ template: ArraySlice<UInt8>) -> (name: ArraySlice<UInt8>, length: Int)? {
        let hasBrace = template.first == UInt8(ascii: "{")
        let name = template.dropFirst(hasBrace ? 1 : 0).prefix { byte in
            byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        guard !name.isEmpty else { return nil }
        guard hasBrace else { return (name, name.count) }
        guard template.dropFirst(1 + name.count).first == UInt8(ascii: "}") else { return nil }
        return (name, name.count + 2)
    }

    /// `Int.max` for a group that is not there.
    private func number(ofGroup name: ArraySlice<UInt8>) -> Int {
        if name.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            return Int(String(decoding: name, as: UTF8.self)) ?? .max
        }
        let number = name.withUnsafeBytes { bytes in
            hd_re2_group_named(compiled, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
        }
        return number > 0 ? Int(number) : .max
    }

    /// The pattern with `(?<name>` spelled `(?P<name>`: the RE2 of Debian 12 knows only the latter, Go's regexp both.
    /// Escapes, `\Q…\E` and character classes stay as they are, and so does look-behind, which RE2 then refuses.
    static func spellingGroupNames(_ pattern: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(pattern.count + 8)
        var index = 0
        var inClass = false
        func at(_ offset: Int) -> UInt8? { index + offset < pattern.count ? pattern[index + offset] : nil }
        func copy(_ count: Int) {
            let end = min(index + count, pattern.count)
            output += pattern[index..<end]
            index = end
        }
        while index < pattern.count {
            switch pattern[index] {
            case UInt8(ascii: "\\") where !inClass && at(1) == UInt8(ascii: "Q"):
                copy(2)
                while index < pattern.count, !(pattern[index] == UInt8(ascii: "\\") && at(1) == UInt8(ascii: "E")) {
                    copy(1)
                }
                copy(2)
            case UInt8(ascii: "\\"):
                copy(2)
            case UInt8(ascii: "[") where !inClass:
                inClass = true
                copy(at(1) == UInt8(ascii: "^") ? 2 : 1)
                // A bracket that comes first stands for itself.
                if index < pattern.count, pattern[index] == UInt8(ascii: "]") { copy(1) }
            case UInt8(ascii: "[") where at(1) == UInt8(ascii: ":"):
                // `[:alpha:]` has a bracket of its own.
                copy(2)
                while index < pattern.count, pattern[index] != UInt8(ascii: "]") { copy(1) }
                copy(1)
            case UInt8(ascii: "]") where inClass:
                inClass = false
                copy(1)
            case UInt8(ascii: "(") where !inClass && at(1) == UInt8(ascii: "?") && at(2) == UInt8(ascii: "<"):
                let isLookBehind = at(3) == UInt8(ascii: "=") || at(3) == UInt8(ascii: "!")
                copy(2)
                if !isLookBehind { output.append(UInt8(ascii: "P")) }
                copy(1)
            default:
                copy(1)
            }
        }
        return output
    }
}

/// A template stands for a longer text than is wanted.
package struct ExpansionTooLong: Error, Hashable, Sendable {
    /// Bytes that it would have.
    package var count: Int

    package init(count: Int) {
        self.count = count
    }
}

/// Why a pattern is not one.
package struct PatternError: Error, Hashable, Sendable, CustomStringConvertible {
    package var pattern: String
    /// RE2's words.
    package var reason: String

    package init(pattern: String, reason: String) {
        self.pattern = pattern
        self.reason = reason
    }

    package var description: String { "regular expression \"\(pattern)\": \(reason)" }
}
