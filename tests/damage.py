"""Ways to damage a file, for tests of everything that reads one: each damage is repeatable from its number."""

import io
import json
import struct
import warnings
import zipfile
import zlib

ODD = [None, True, -1, 0, 1, 2**40, 2**70, 1.5, float("nan"), "", "x", "../x", "/x", [], [[]], [None], {}, {"x": 1}]
"""Values that may stand anywhere in JSON and are seldom what should be there."""


def bytes_damaged(whole, rng):
    """The file cut, with bits and bytes changed, or with blocks moved, repeated, blanked or taken out."""
    data = bytearray(whole)
    a, b = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    match rng.randrange(8):
        case 0:
            return bytes(data[:a])
        case 1:
            return bytes(data[a:])
        case 2:
            data[a:b] = b""
        case 3:
            data[a:a] = data[a:b]
        case 4:
            data[a:b] = bytes(b - a)
        case 5:
            data[a : a + 4] = rng.choice([b"\xff" * 4, b"\x7f\xff\xff\xff", bytes(4), b"\0\0\0\x01", b"\x01\0\0\0"])
        case _:
            for _ in range(rng.choice([1, 1, 1, 4])):
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def zip_damaged(whole, rng):
    """A zip whose checksums are right: members renamed, exchanged, doubled, dropped, packed, or changed inside."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = [[name, archive.read(name)] for name in archive.namelist()]
    one, other = rng.choice(members), rng.choice(members)
    packing = zipfile.ZIP_STORED
    match rng.randrange(9):
        case 0:
            one[0] = rng.choice(["x.npy", "../x.npy", "/x.npy", "a\\b.npy", "x", one[0].upper(), "minigrad.json"])
        case 1:
            one[0], other[0] = other[0], one[0]
        case 2:
            members.append([one[0], other[1]])
        case 3:
            members.remove(one)
        case 4:
            rng.shuffle(members)
            packing = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
        case 5:
            members.append(["other.txt", b"hello"])
        case 6:
            one[1] = bytes_damaged(one[1], rng)
        case 7:
            arrays = [member for member in members if member[0].endswith(".npy")]
            rng.choice(arrays)[1] = header_edited(rng.choice(arrays)[1], rng)
        case 8:
            for member in members:
                if member[0].endswith(".json"):
                    member[1] = json_damaged(member[1], rng)
    target = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(target, "w", packing) as archive:  # doubled names
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = packing
            archive.writestr(info, content)
    return target.getvalue()


def header_edited(member, rng):
    """An .npy file that states another dtype, shape or order."""
    length = struct.unpack("<H", member[8:10])[0]
    dtype = rng.choice(["<f4", "<f8", "<i4", "|O", "<U4", "<c8", "|V4", "|S4", "<M8[s]", ">f4", "<f4,<f4", "(2,)<f4"])
    shape = rng.choice(["(2,)", "(2, 3)", "()", "(-1,)", "(0,)", "(2**62,)", "(10**12, 10**12)", "(-2, -3)", "(1.5,)"])
    order = rng.choice(["True", "False", "3"])
    text = f"{{'descr': '{dtype}', 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    code = b"__import__('os').system('true')"
    text = rng.choice([text, text, text, b"(" * 200 + b")" * 200, code, b"{}", text[:-5], b"\xff" * 9])
    return member[:8] + struct.pack("<H", len(text)) + text + member[10 + length :]


def json_damaged(text, rng):
    """JSON with one value, at any depth, replaced by another, left out, or doubled."""
    tree = json.loads(text)
    places = list(_places(tree))
    parent, key = rng.choice(places)
    if rng.randrange(4) == 0:
        del parent[key]
    elif rng.randrange(12) == 0:
        return b"[" * 100_000 + b"]" * 100_000
    else:
        parent[key] = rng.choice(ODD)
    return json.dumps(tree).encode()


def _places(tree):
    for key in tree if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from _places(tree[key])


def png_damaged(whole, rng):
    """A PNG file with another size, depth, kind of colour or order of lines in its header, and a right checksum."""
    data = bytearray(whole)
    at = rng.choice([16, 20])
    if rng.randrange(2):
        data[at : at + 4] = struct.pack(">I", rng.choice([0, 1, 5, 100, 5000, 30_000, 2**31 - 1, 2**32 - 1]))
    else:
        data[24 + rng.randrange(5)] = rng.choice([0, 1, 2, 3, 4, 6, 8, 16, 255])
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)
