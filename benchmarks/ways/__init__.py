"""Ways to train the same network: ours, the bare matrix products, and the peers.

`Way(row)` starts from the row's weights; `steps(batches)` takes a gradient step for each row of
indices and reads each loss; `validate(split)` returns loss and accuracy; `weights()` are the
matrices (fan-in, units). One with `threads` can be told how many to use, as in `way.threads = 1`;
one with `prepare(batches)` is given them before the clock starts; a class with BATCHES is timed at
these sizes of a batch only.
"""

import importlib

PEERS = {"PyTorch": "pytorch.PyTorch", "torch.compile": "pytorch.Compiled",
         "scikit-learn": "scikit.ScikitLearn", "JAX": "jaxed.Jax"}


def installed():
    """Return ({name: class} of the peers that are here, {name: why} of those that are not)."""
    here, absent = {}, {}
    for name, place in PEERS.items():
        module, cls = place.split(".")
        try:
            here[name] = getattr(importlib.import_module(f"benchmarks.ways.{module}"), cls)
        except ImportError as problem:
            absent[name] = str(problem)
    return here, absent
