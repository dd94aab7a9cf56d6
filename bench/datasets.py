"""Makes the data sets of the benchmark: datasets.py FOLDER NAME ...

Each NAME becomes FOLDER/NAME.npy (float32, n x d) and FOLDER/NAME.init.npy, the centres that every contender starts
from (float32, k x d, or restarts x k x d), and an entry in FOLDER/manifest.json with the shape and the SHA-256 of both
files. Everything is drawn from a generator seeded by the name: the same NumPy gives the same bytes.
"""
import hashlib
import json
import sys
import time
from pathlib import Path

import numpy as np


def blobs(rng):
    """A million points around 50 places in the plane."""
    places = rng.uniform(-10, 10, (50, 2))
    return places[rng.integers(50, size=1_000_000)] + 0.7 * rng.normal(size=(1_000_000, 2))


def gaussians(n, d, k, spread, stretch=0.0):
    """k Gaussians, the more overlapping the smaller the spread of their means; stretch makes their axes unequal."""

    def make(rng):
        means = rng.normal(0, spread, (k, d))
        widths = np.exp(stretch * rng.normal(size=(k, d)))
        member = rng.integers(k, size=n)
        return means[member] + rng.normal(size=(n, d)) * widths[member]

    return make


def digit_images(rng, n=60_000):
    """scikit-learn's handwritten digits, 8 x 8, redrawn at 28 x 28 with a random turn, shear, scale, shift and contrast."""
    from scipy.ndimage import map_coordinates
    from sklearn.datasets import load_digits

    digits = load_digits().images / 16.0
    grid = np.indices((28, 28)).reshape(2, -1) - 13.5
    images = np.empty((n, 784), np.float32)
    for image in images:
        turn, shear = rng.normal(0, 0.15), rng.normal(0, 0.15)
        scale = rng.normal(0.42, 0.03, 2)
        rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        where = (rotation @ [[1, shear], [0, 1]] @ grid) * scale[:, None] + 3.5 + rng.normal(0, 0.35, (2, 1))
        ink = map_coordinates(digits[rng.integers(len(digits))], where, order=1)
        image[:] = np.rint(255 * np.clip((ink - 0.15) * rng.uniform(1.1, 1.6), 0, 1))
    return images


def topics(rng, n=50_000, d=384, count=300):
    """Unit vectors like those of a sentence encoder: topics of power-law size, a decaying spectrum, a common mean."""
    spectrum = (1 + np.arange(d)) ** -0.4
    means = rng.normal(size=(count, d)) * spectrum
    share = (1 + np.arange(count)) ** -0.7
    member = rng.choice(count, size=n, p=share / share.sum())
    rows = 0.6 * spectrum * rng.normal(size=d) + means[member] + 0.9 * rng.normal(size=(n, d)) * spectrum
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def iris(rng):
    from sklearn.datasets import load_iris

    return load_iris().data


def photograph(rng):
    """The colours of the 427 x 640 photograph that comes with scikit-learn: whole numbers, many of them equal."""
    from sklearn.datasets import load_sample_image

    return load_sample_image("china.jpg").reshape(-1, 3)


# name: (rows, or the name of the set that has them), k, restarts
SETS = {
    "S1": (blobs, 50, 1),
    "S2": (lambda rng: rng.random((500_000, 3)), 100, 1),
    "S3": (gaussians(200_000, 16, 64, 0.6), 64, 1),
    "S4": (gaussians(100_000, 64, 256, 0.3, stretch=0.3), 256, 1),
    "S5a": (digit_images, 10, 1),
    "S5b": ("S5a", 100, 1),
    "S6": (topics, 200, 1),
    "S7a": (iris, 3, 1),
    "S7b": (gaussians(10_000, 10, 8, 1.0), 8, 10),
    "S8": (photograph, 64, 1),
}


def plus_plus(X, k, rng):
    """Plain k-means++, one draw a step, float64."""
    X = X.astype(np.float64)
    chosen = [X[rng.integers(len(X))]]
    closest = np.full(len(X), np.inf)
    while len(chosen) < k:
        for start in range(0, len(X), 65536):
            block = slice(start, start + 65536)
            offset = X[block] - chosen[-1]
            closest[block] = np.minimum(closest[block], np.einsum("ij,ij->i", offset, offset))
        mass = np.cumsum(closest)
        chosen.append(X[min(np.searchsorted(mass, rng.random() * mass[-1], side="right"), len(X) - 1)])
    return np.array(chosen, dtype=np.float32)


def save(path, array):
    np.save(path, array)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(folder, names):
    folder.mkdir(parents=True, exist_ok=True)
    listing = folder / "manifest.json"
    manifest = json.loads(listing.read_text()) if listing.exists() else {}
    for name in names:
        rows, k, restarts = SETS[name]
        began, rng = time.monotonic(), np.random.default_rng([20240, *name.encode()])
        if isinstance(rows, str):
            if rows not in manifest:
                main(folder, [rows])
                manifest = json.loads(listing.read_text())
            X = np.load(folder / f"{rows}.npy")
        else:
            X = np.ascontiguousarray(rows(rng), dtype=np.float32)
        starts = np.stack([plus_plus(X, k, rng) for _ in range(restarts)])
        manifest[name] = {
            "rows": len(X),
            "columns": X.shape[1],
            "k": k,
            "restarts": restarts,
            "data": save(folder / f"{name}.npy", X),
            "init": save(folder / f"{name}.init.npy", starts if restarts > 1 else starts[0]),
        }
        listing.write_text(json.dumps(manifest, indent=1))
        print(f"{name} made in {time.monotonic() - began:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
