import Foundation

/// Seconds of CPU, user and system, that this process has used.
func cpuSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// Bytes that this process has handed to write calls, to files and pipes.
func writtenBytes() -> Int { processFigure("/proc/self/io", "wchar:") }

func residentBytes() -> Int { processFigure("/proc/self/status", "VmRSS:") * 1024 }

func peakResidentBytes() -> Int { processFigure("/proc/self/status", "VmHWM:") * 1024 }

private func processFigure(_ path: String, _ name: String) -> Int {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    for line in text.split(separator: "\n") where line.hasPrefix(name) {
        return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }
    return 0
}

/// Bytes of every file of a directory.
func directoryBytes(_ path: String) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: path).reduce(0) { sum, name in
        let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
        return sum + (attributes[.size] as? Int ?? 0)
    }
}

/// Figures by name, in the order in which they were added.
struct Report {
    private var figures: [(name: String, text: String)] = []

    mutating func add(_ name: String, _ value: Int) {
        figures.append((name, "\(value)"))
    }

    mutating func add(_ name: String, _ value: Double, digits: Int = 3) {
        figures.append((name, String(format: "%.\(digits)f", value)))
    }

    func number(_ name: String) -> Double {
        figures.last { $0.name == name }.flatMap { Double($0.text) } ?? 0
    }

    var json: String { "{" + figures.map { "\"\($0.name)\":\($0.text)" }.joined(separator: ",") + "}" }
}
