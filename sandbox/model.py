"""The 3D model of the shop's machine: a plain block, as binary glTF."""

import json
import struct

# Half of the machine's width, height and depth, in metres.
HALF = (0.12, 0.18, 0.15)
SIDES = (0, 1, 3, 0, 3, 2, 5, 4, 6, 5, 6, 7, 4, 0, 2, 4, 2, 6, 1, 5, 7, 1, 7, 3, 2, 3, 7, 2, 7, 6, 4, 5, 1, 4, 1, 0)


def block() -> bytes:
    """A .glb file: one mesh of eight corners and twelve triangles, in the colour of copper."""
    corners = [(x * HALF[0], y * HALF[1], z * HALF[2]) for z in (1, -1) for y in (-1, 1) for x in (-1, 1)]
    indices = struct.pack(f"<{len(SIDES)}H", *SIDES)
    positions = b"".join(struct.pack("<3f", *corner) for corner in corners)
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 1}, "indices": 0, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [0.7, 0.42, 0.24, 1.0], "metallicFactor": 0.6}}],
        "buffers": [{"byteLength": len(indices) + len(positions)}],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": len(indices), "target": 34963},
            {"buffer": 0, "byteOffset": len(indices), "byteLength": len(positions), "target": 34962},
        ],
        "accessors": [
            {"bufferView": 0, "componentType": 5123, "count": len(SIDES), "type": "SCALAR"},
            {
                "bufferView": 1,
                "componentType": 5126,
                "count": len(corners),
                "type": "VEC3",
                "min": [-side for side in HALF],
                "max": list(HALF),
            },
        ],
    }
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    chunks = _chunk(b"JSON", text) + _chunk(b"BIN\0", indices + positions)
    return b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack("<I", len(content)) + kind + content
