"""Environment variables of an application, before it is known whether ECS or Kubernetes sets them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class SecretKey:
    """One key of one secret; `secret` is the secret's role (`database`), not its ARN."""

    secret: str
    key: str

    def __str__(self) -> str:
        raise TypeError(f"{self!r} has no value here; store the finished text in the secret")


Value = str | SecretKey
"""What is known now, or where it will stand."""


@dataclass(frozen=True)
class Environment:
    """Variables by name, plain values and secret keys apart."""

    variables: Mapping[str, Value]

    @property
    def plain(self) -> dict[str, str]:
        """Variables whose value may be read by anyone who can read the template."""
        return {name: value for name, value in self.variables.items() if isinstance(value, str)}

    @property
    def secret(self) -> dict[str, SecretKey]:
        """Variables whose value stands in a secret."""
        return {name: value for name, value in self.variables.items() if isinstance(value, SecretKey)}

    @property
    def secrets(self) -> frozenset[str]:
        """Roles of the secrets that are read."""
        return frozenset(key.secret for key in self.secret.values())

    def only(self, names: Collection[str]) -> "Environment":
        """The variables of these names."""
        return Environment({name: value for name, value in self.variables.items() if name in names})

    def __or__(self, more: Mapping[str, Value]) -> "Environment":
        return Environment({**self.variables, **more})


def flag(value: bool) -> str:
    """A switch as both applications write it."""
    return "true" if value else "false"
