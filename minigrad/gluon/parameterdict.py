"""ParameterDict: the parameters of a block or a network by name."""

from __future__ import annotations

import warnings
from typing import Any

from minigrad.arguments import mapping, shown, text
from minigrad.device import Context
from minigrad.errors import ArgumentError, KindError, UsageError
from minigrad.gluon.parameter import Parameter, as_shape


class ParameterDict(dict[str, Parameter]):
    """Parameters by name, in order; `get` makes missing ones.

    `get` puts `prefix` before every name, and looks in `shared` before it makes a new parameter.
    """

    def __init__(self, prefix: str = "", shared: ParameterDict | None = None) -> None:
        super().__init__()
        self.prefix = prefix
        self.shared = shared

    def __setitem__(self, name: str, parameter: Parameter) -> None:
        if not isinstance(parameter, Parameter):
            raise KindError(f"'{name}' is {shown(parameter)}; expected a parameter, such as gluon.Parameter('w')")
        super().__setitem__(name, parameter)

    def setdefault(self, name: str, default: Any = None) -> Parameter:
        """The parameter `name`, which is `default` if there is none yet."""
        self.update({} if text("name", name) in self else {name: default})
        return self[name]

    def get(self, name: str, default: Any = None, **attributes: Any) -> Any:
        """The parameter `prefix + name`: found here or in `shared`, with its attributes checked, or else made."""
        full = self.prefix + text("name", name)
        found = super().get(full, dict.get(self.shared or {}, full))
        if found is None:
            if not attributes and name in self:  # like a plain dict
                return self[name]
            if default is not None:
                return default
            found = Parameter(full, **attributes)
            found.named = True
        else:
            self._check(found, attributes)
        self[full] = found
        return found

    @staticmethod
    def _check(found: Parameter, attributes: dict[str, Any]) -> None:
        for key, asked in attributes.items():
            held = getattr(found, key, None)
            if key == "shape":
                old, new = held or (), as_shape(asked) or ()
                found.shape = tuple(a or b for a, b in zip(new, old)) if len(new) == len(old) else asked
            elif key == "init" and held is None:
                found.init = asked
            elif key in ("dtype", "grad_req", "init", "lr_mult", "wd_mult") and asked is not None and asked != held:
                raise UsageError(f"Parameter '{found.name}' is shared, but has {key} {held} and not {asked}.")

    def get_constant(self, name: str, value: Any = None) -> Parameter:
        """The constant `prefix + name`, made from `value` if it is missing."""
        from minigrad.gluon.constant import Constant

        full = self.prefix + text("name", name)
        if full not in self:
            if value is None:
                raise UsageError(f"There is no constant '{full}' yet; give its value.")
            self[full] = Constant(full, value)
            self[full].named = True
        return self[full]

    def update(self, other: Any = None, **kwargs: Any) -> None:  # type: ignore[override]
        """Add other parameters; one name must mean one parameter."""
        for name, parameter in {**mapping("other", other), **kwargs}.items():
            if dict.get(self, name, parameter) is not parameter:
                raise UsageError(f"Two different parameters are called '{name}'; give the blocks different prefixes.")
            self[name] = parameter

    def initialize(
        self,
        init: Any = "uniform",
        ctx: Any = None,
        verbose: bool = False,
        force_reinit: bool = False,
        device: Any = None,
    ) -> None:
        """Initialize all, with `init` for those without an initializer of their own. `verbose` has no effect."""
        for parameter in self.values():
            parameter.initialize(None, device if ctx is None else ctx, init, force_reinit)

    def zero_grad(self) -> None:
        """Set all gradients to 0."""
        for parameter in self.values():
            parameter.zero_grad()

    def reset_ctx(self, ctx: Any) -> None:
        """Move all to other devices."""
        for parameter in self.values():
            parameter.reset_ctx(ctx)

    def reset_device(self, device: Any) -> None:
        """`reset_ctx` under its newer name."""
        self.reset_ctx(device)

    def list_ctx(self) -> list[Context]:
        """All devices on which a parameter lives."""
        return list(dict.fromkeys(ctx for parameter in self.values() for ctx in parameter.list_ctx()))

    def setattr(self, name: str, value: Any) -> None:
        """Set an attribute of all: `params.setattr('grad_req', 'add')`."""
        if not self:
            warnings.warn(
                f"setattr({name!r}, {value!r}) reaches no parameter: the selection is empty. collect_params(select) "
                "selects the names that begin with its pattern; '.*weight' finds those that end in weight.",
                stacklevel=2,
            )
        for parameter in self.values():
            setattr(parameter, text("name", name), value)

    def cast(self, dtype: Any) -> None:
        """Convert all."""
        for parameter in self.values():
            parameter._castable(dtype)  # raises before the first has changed
        for parameter in self.values():
            parameter.cast(dtype)

    def save(self, filename: Any, strip_prefix: str = "") -> None:
        """Write all to a file (see `minigrad.serialization`), under their names without `strip_prefix`."""
        for name in self:
            if not name.startswith(text("strip_prefix", strip_prefix)):
                raise ArgumentError(
                    f"Parameter '{name}' does not start with '{strip_prefix}', which was to be stripped."
                )
        from minigrad.gluon.files import save_parameters

        save_parameters(filename, {name[len(strip_prefix) :]: p for name, p in self.items()})

    def load(
        self,
        filename: Any,
        ctx: Any = None,
        allow_missing: bool = False,
        ignore_extra: bool = False,
        restore_prefix: str = "",
        cast_dtype: bool = False,
        dtype_source: str = "current",
        device: Any = None,
    ) -> None:
        """Read all from a file, with `restore_prefix` before its names; nothing changes unless everything fits."""
        from minigrad.gluon.files import load_parameters

        ctx = device if ctx is None else ctx
        load_parameters(
            filename, dict(self), restore_prefix, ctx, allow_missing, ignore_extra, cast_dtype, dtype_source
        )

    def __repr__(self) -> str:
        inside = "\n".join(f"  {parameter!r}" for parameter in self.values())
        return f"{self.prefix or 'Parameters'} (\n{inside}\n)"
