"""Plug-ins: codec families, classifier heads, attribution methods and fills.

A plug-in is one module (or one sub-package) inside its registry's package that calls
`REGISTRY.register(SPEC)`. Its module must import quickly and without torch, so that a list of
everything there is can be shown before any model code is loaded; the builder it registers may
import what it likes. Modules whose name starts with an underscore are helpers, not plug-ins.
"""

from __future__ import annotations

import importlib
import pkgutil
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Generic, Protocol, TypeVar

from core.errors import unknown_id


class PluginSpec(Protocol):
    """What every plug-in states about itself."""

    @property
    def id(self) -> str: ...
    @property
    def label(self) -> str: ...


SpecT = TypeVar("SpecT", bound=PluginSpec)
BuilderT = TypeVar("BuilderT")


def plugin_modules(package: ModuleType) -> list[str]:
    """Full names of the plug-in modules in `package`; the packaged app collects the same list."""
    return sorted(
        f"{package.__name__}.{module.name}"
        for module in pkgutil.iter_modules(package.__path__)
        if not module.name.startswith("_")
    )


class Registry(Generic[SpecT, BuilderT]):
    """The plug-ins of one kind, found by walking one package on first use.

    what: what one entry is called in messages, e.g. "method".
    package: full name of the package whose modules register themselves.
    """

    def __init__(self, what: str, package: str) -> None:
        self.what = what
        self._package = package
        self._specs: dict[str, SpecT] = {}
        self._builders: dict[str, BuilderT] = {}
        self._walked = False
        self._walking = threading.RLock()

    def register(self, spec: SpecT) -> Callable[[BuilderT], BuilderT]:
        """Decorator: `spec` describes what the decorated builder builds.

        Raises: ValueError when the id is taken, which is a defect of the plug-in.
        """

        def add(builder: BuilderT) -> BuilderT:
            if spec.id in self._specs:
                raise ValueError(f"two plug-ins call themselves {self.what} “{spec.id}”")
            self._specs[spec.id] = spec
            self._builders[spec.id] = builder
            return builder

        return add

    def specs(self) -> list[SpecT]:
        """Every plug-in's spec, sorted by id."""
        self._walk()
        return [self._specs[key] for key in sorted(self._specs)]

    def spec(self, plugin_id: str) -> SpecT:
        """One plug-in's spec. Raises: RequestError for an unknown id."""
        self._require(plugin_id)
        return self._specs[plugin_id]

    def builder(self, plugin_id: str) -> BuilderT:
        """One plug-in's builder. Raises: RequestError for an unknown id."""
        self._require(plugin_id)
        return self._builders[plugin_id]

    def _require(self, plugin_id: str) -> None:
        self._walk()
        if plugin_id not in self._specs:
            raise unknown_id(self.what, plugin_id, self._specs)

    def _walk(self) -> None:
        with self._walking:  # another thread must not see a half-walked list
            if not self._walked:
                for name in plugin_modules(importlib.import_module(self._package)):
                    importlib.import_module(name)
                self._walked = True
