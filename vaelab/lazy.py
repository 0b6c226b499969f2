"""JAX and its companions, imported at first use.

`import vaelab`, `vaelab --help`, the list of presets and the app's first page must not pay the second that importing
JAX and Flax costs, yet an equation should sit beside the fields it reads, in one frozen dataclass. So the modules of
the recipe take `jax`, `jnp`, `nnx` and `optax` from here: stand-ins that import the real module when the first
attribute is read. Type checkers see the real modules.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any


class _Lazy(ModuleType):
    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module(self.__name__), name)
        setattr(self, name, value)  # The next read is a plain attribute again.
        return value


if TYPE_CHECKING:
    import jax
    import jax.numpy as jnp
    import optax
    from flax import nnx
else:
    jax, jnp, nnx, optax = (_Lazy(name) for name in ("jax", "jax.numpy", "flax.nnx", "optax"))

__all__ = ["jax", "jnp", "nnx", "optax"]
