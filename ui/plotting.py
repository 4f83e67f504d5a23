"""pyqtgraph, without what it would load beside itself.

One of its widgets, which HearWhy does not use, imports CUDA's Python bindings where they are
installed; that takes as long as a quarter of pyqtgraph itself.
"""

from __future__ import annotations

import sys

BINDINGS = "cuda.bindings"

if BINDINGS in sys.modules:
    import pyqtgraph as pg
else:
    sys.modules[BINDINGS] = None  # an import of it fails, which pyqtgraph expects
    try:
        import pyqtgraph as pg
    finally:
        del sys.modules[BINDINGS]

__all__ = ["pg"]
