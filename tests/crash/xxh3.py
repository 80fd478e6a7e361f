"""XXH3 with 64 bits for 17 to 64 bytes, after its specification: the checksum of headers and short
frames, so that a test can write what a newer stockd would. It proves itself against a header that
stockd wrote, in test_folder.py.
"""

SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c")
ALL = 0xFFFFFFFFFFFFFFFF


def checksum(data, seed):
    """Returns the checksum of these bytes."""
    size = len(data)
    if not 17 <= size <= 64:
        raise ValueError(f"{size} bytes")
    total = size * 0x9E3779B185EBCA87
    for pair in range((size - 1) // 32 + 1):
        total += _mix(data, 16 * pair, 32 * pair, seed)
        total += _mix(data, size - 16 * (pair + 1), 32 * pair + 16, seed)
    total &= ALL
    total ^= total >> 37
    total = total * 0x165667919E3779F9 & ALL
    return total ^ total >> 32


def _mix(data, at, secret_at, seed):
    low = _word(data, at) ^ (_word(SECRET, secret_at) + seed & ALL)
    high = _word(data, at + 8) ^ (_word(SECRET, secret_at + 8) - seed & ALL)
    product = low * high
    return (product & ALL) ^ product >> 64


def _word(data, at):
    return int.from_bytes(data[at:at + 8], "little")
