"""A client of the remote-write protocol, version 1.0: protobuf in snappy, with nothing but the standard library.

https://prometheus.io/docs/specs/prw/remote_write_spec/ A message is a WriteRequest:

    WriteRequest { repeated TimeSeries timeseries = 1 }    TimeSeries { repeated Label labels = 1; repeated Sample samples = 2 }
    Label { string name = 1; string value = 2 }            Sample { double value = 1; int64 timestamp = 2 }
"""

import http.client
import urllib.parse

from data import value_bits

BATCH_SECONDS = 60


def varint(number):
    """Seven bits a byte, least significant first; a negative number in two's complement of 64 bits."""
    number &= (1 << 64) - 1
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def field(number, content):
    """A field whose content has a length."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def encoded_labels(labels):
    """The labels of a series, sorted by name as the protocol wants."""
    return b"".join(
        field(1, field(1, name.encode()) + field(2, value.encode())) for name, value in sorted(labels.items(), key=lambda x: x[0].encode()))


def encoded_sample(time, value):
    return field(2, b"\x09" + value_bits(value) + b"\x10" + varint(time))


def snappy(content):
    """The snappy block format with literals alone, which every decoder reads."""
    # A tag of 61 says that the length of the literal, less one, follows in two bytes.
    pieces = [varint(len(content))]
    for start in range(0, len(content), 1 << 16):
        literal = content[start:start + (1 << 16)]
        pieces += [bytes([61 << 2]), (len(literal) - 1).to_bytes(2, "little"), literal]
    return b"".join(pieces)


def batches(series):
    """WriteRequest messages in order of time. Each holds what lies in BATCH_SECONDS, each series of it at most once."""
    slices = {}
    for one in series:
        labels = encoded_labels(one.labels)
        samples = {}
        for time, value in one.samples:
            samples.setdefault(time // (1000 * BATCH_SECONDS), []).append(encoded_sample(time, value))
        for number, encoded in samples.items():
            slices.setdefault(number, []).append(field(1, labels + b"".join(encoded)))
    for number in sorted(slices):
        yield b"".join(slices[number])


def send(url, series, token=None):
    """Writes all samples to the receiver at `url`; an answer other than 2xx is a RuntimeError with the receiver's words."""
    target = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=60)
    headers = {
        "Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
        "User-Agent": "PromQLPeers", "X-Prometheus-Remote-Write-Version": "0.1.0"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        for message in batches(series):
            connection.request("POST", target.path, snappy(message), headers)
            reply = connection.getresponse()
            text = reply.read().decode(errors="replace")
            if reply.status // 100 != 2:
                raise RuntimeError(f"expected a 2xx status from {url}, found {reply.status}: {text.strip()[:300]}")
    finally:
        connection.close()
